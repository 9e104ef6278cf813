import EmbeddedPostgres
import Threads

/// Finds unused ports of 127.0.0.1.
package enum FreePort {
  private static let given = Lock<Set<UInt16>>([])

  /// Finds a port, never the same one twice.
  ///
  /// Takes it from below the system's dynamic range (from 32768), so that no other program gets it before the test
  /// uses it.
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
