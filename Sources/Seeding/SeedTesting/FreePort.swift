import EmbeddedPostgres
import Threads

/// A port of 127.0.0.1 that nobody listens at.
package enum FreePort {
  private static let given = Lock<Set<UInt16>>([])

  /// Finds a port, never the same twice.
  ///
  /// Below those that the system gives to servers and clients that ask for any (from 32768 on): whoever looks
  /// for a server at this port must not meet that of another test.
  ///
  /// - Throws: ``ChildProcess/StartFailure`` if there is none.
  package static func find() throws -> UInt16 {
    for _ in 0..<1_000 {
      let port = UInt16.random(in: 20_000..<32_768)
      guard given.withLock({ $0.insert(port).inserted }), TCPPort.isFree(Int(port)) else { continue }
      return port
    }
    throw ChildProcess.StartFailure(description: "no free port")
  }
}
