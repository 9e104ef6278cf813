import Dispatch
import Glibc
public import Postgres
import Threads
import Synchronization

/// Stands between a program and a server's unix socket, and cuts a connection at a chosen moment.
///
/// For tests of what cannot be provoked otherwise: the answer to a COMMIT that never arrives.
public final class SocketProxy: Sendable {
  /// When a connection is cut.
  public enum Cut: Sendable {
    /// When the server has answered the statement, before the program hears of it.
    case answer(to: String)
    /// When the program sends the statement, before the server hears of it.
    case request(String)
    /// When programs send something for the n-th time, counted over all connections, before the server hears of it.
    case sending(Int)
    /// When the program connects: it gets an error with this SQLSTATE, as from a server that is starting.
    case handshake(sqlState: String)
    /// Not at all: the statement is held back. See ``SocketProxy/holding(_:database:_:)``.
    case hold(String)
    /// Not at all: from this statement on nothing gets through, as with a server that was stopped.
    case silence(from: String)
    /// Not at all: from the n-th time on nothing gets through on that connection. See
    /// ``SocketProxy/silence(fromSending:database:_:)``.
    case silenceFromSending(Int)
    /// Not at all: from this statement on nothing gets through on any connection. See
    /// ``SocketProxy/blackHole(from:database:_:)``.
    case blackHole(from: String)
  }

  /// The moment to cut never came, so that the test has shown nothing.
  public struct NothingCut: Error, Sendable, CustomStringConvertible {
    /// What did not come.
    public let description: String
  }

  private let cut: Cut?
  private let recorder: StatementRecorder?
  private let server: String
  private let cutsLeft: Atomic<Int>
  private let sendings = Atomic(0)
  private let isBlackHole = Atomic(false)
  private let descriptor: Int32
  private let otherEnded = DispatchSemaphore(value: 0)

  /// Starts a proxy in front of a database, lends its configuration to `body` and stops it.
  ///
  /// - Parameters:
  ///   - database: the database; its server must be reached over a unix socket.
  ///   - cut: when a connection is cut.
  ///   - times: how many connections are cut, each once; the others are left alone.
  ///   - body: receives the configuration that leads through the proxy.
  /// - Throws: what `body` throws; ``NothingCut``; ``ChildProcess/StartFailure`` if there is
  ///   no socket to be had.
  public static func with<Result>(
    database: TemporaryDatabase, cut: Cut, times: Int = 1,
    _ body: (PostgresConfiguration) async throws -> Result
  ) async throws -> Result {
    try await start(database: database, cut: cut, times: times, recorder: nil) { proxy, configuration in
      let result = try await body(configuration)
      guard proxy.cutsLeft.load(ordering: .acquiring) < times else {
        throw NothingCut(description: "no connection was cut: \(cut) never came")
      }
      return result
    }
  }

  /// Starts a proxy that cuts nothing and records what programs send.
  ///
  /// - Parameters:
  ///   - database: the database behind the proxy.
  ///   - body: receives the configuration that leads through the proxy, and what is recorded.
  /// - Throws: what `body` throws; ``ChildProcess/StartFailure`` if there is no socket to be had.
  public static func recording<Result>(
    database: TemporaryDatabase, _ body: (PostgresConfiguration, StatementRecorder) async throws -> Result
  ) async throws -> Result {
    let recorder = StatementRecorder()
    return try await start(database: database, cut: nil, times: 0, recorder: recorder) { _, configuration in
      try await body(configuration, recorder)
    }
  }

  /// Starts a proxy that holds a statement back until another connection has come and gone, such as that of a
  /// cancellation.
  ///
  /// - Parameters:
  ///   - statement: a part of its text.
  ///   - database: the database.
  ///   - body: receives the configuration that leads through the proxy, and what tells whether the statement
  ///     has come.
  /// - Throws: what `body` throws; ``ChildProcess/StartFailure`` if there is no socket to be had.
  public static func holding<Result>(
    _ statement: String, database: TemporaryDatabase,
    _ body: (PostgresConfiguration, () -> Bool) async throws -> Result
  ) async throws -> Result {
    try await start(database: database, cut: .hold(statement), times: 1, recorder: nil) {
      proxy, configuration in
      try await body(configuration) { proxy.cutsLeft.load(ordering: .acquiring) < 1 }
    }
  }

  /// Starts a proxy that passes nothing on from the n-th time on that programs send something, on the connection of
  /// that moment: a program that is ended then was in the midst of it.
  ///
  /// - Parameters:
  ///   - number: n, counted over all connections.
  ///   - database: the database.
  ///   - body: receives the configuration that leads through the proxy, and what tells whether the moment has come.
  /// - Throws: what `body` throws; ``ChildProcess/StartFailure`` if there is no socket to be had.
  public static func silence<Result>(
    fromSending number: Int, database: TemporaryDatabase,
    _ body: (PostgresConfiguration, @escaping @Sendable () -> Bool) async throws -> Result
  ) async throws -> Result {
    try await start(database: database, cut: .silenceFromSending(number), times: 1, recorder: nil) {
      proxy, configuration in
      try await body(configuration) { proxy.cutsLeft.load(ordering: .acquiring) < 1 }
    }
  }

  /// Starts a proxy that passes nothing on, on any connection, from a statement on: a network that loses packets.
  ///
  /// - Parameters:
  ///   - statement: a part of its text.
  ///   - database: the database.
  ///   - body: receives the configuration that leads through the proxy, and what tells whether the statement
  ///     has come.
  /// - Throws: what `body` throws; ``ChildProcess/StartFailure`` if there is no socket to be had.
  public static func blackHole<Result>(
    from statement: String, database: TemporaryDatabase,
    _ body: (PostgresConfiguration, () -> Bool) async throws -> Result
  ) async throws -> Result {
    try await start(database: database, cut: .blackHole(from: statement), times: 1, recorder: nil) {
      proxy, configuration in
      try await body(configuration) { proxy.isBlackHole.load(ordering: .acquiring) }
    }
  }

  private static func start<Result>(
    database: TemporaryDatabase, cut: Cut?, times: Int, recorder: StatementRecorder?,
    _ body: (SocketProxy, PostgresConfiguration) async throws -> Result
  ) async throws -> Result {
    try await TemporaryFolder.with { folder in
      let configuration = database.configuration
      let port = configuration.port ?? "5432"
      let proxy = try SocketProxy(
        listening: "\(folder.path)/.s.PGSQL.\(port)", server: "\(configuration.host ?? "")/.s.PGSQL.\(port)",
        cut: cut, times: times, recorder: recorder)
      defer { proxy.stop() }
      try proxy.accept()
      var through = configuration
      through.host = folder.path
      return try await body(proxy, through)
    }
  }

  private init(
    listening path: String, server: String, cut: Cut?, times: Int, recorder: StatementRecorder?
  ) throws {
    self.server = server
    self.cut = cut
    self.recorder = recorder
    cutsLeft = Atomic(times)
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let status = Self.withAddress(path) { bind(descriptor, $0, $1) }
    guard status == 0, listen(descriptor, 64) == 0 else {
      throw ChildProcess.StartFailure(
        description: "no socket at \(path): \(String(cString: strerror(errno)))")
    }
  }

  private func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private static func withAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private func accept() throws(ThreadError) {
    try DetachedThread.start { [self] in
      while true {
        let client = Glibc.accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        do {
          try DetachedThread.start { [self] in serve(client) }
        } catch {
          close(client)
        }
      }
    }
  }

  /// Forwards both ways until one side ends or the moment has come.
  private func serve(_ client: Int32) {
    let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer {
      close(client)
      close(upstream)
      otherEnded.signal()
    }
    guard Self.withAddress(server, { connect(upstream, $0, $1) }) == 0 else { return }
    var isAwaitingAnswer = false
    var messages = StatementRecorder.Messages()
    recorder?.connected()
    while true {
      var ends = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0),
        pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&ends, 2, -1) > 0 else { return }
      if isBlackHole.load(ordering: .acquiring) { return swallow(client) }
      if ends[0].revents != 0 {
        guard let bytes = Self.receive(client) else { return }
        let sending = sendings.add(1, ordering: .relaxed).newValue
        switch cut {
        case .sending(let number) where sending >= number && takeCut(): return
        case .silenceFromSending(let number) where sending >= number && takeCut(): return swallow(client)
        case .handshake(let state) where takeCut():
          _ = Self.send(Self.refusal(state), to: client)
          return
        case .request(let statement) where contains(bytes, statement) && takeCut(): return
        case .hold(let statement) where contains(bytes, statement) && takeCut(): otherEnded.wait()
        case .answer(let statement) where contains(bytes, statement): isAwaitingAnswer = takeCut()
        case .silence(let statement) where contains(bytes, statement) && takeCut():
          return swallow(client)
        case .blackHole(let statement) where contains(bytes, statement) && takeCut():
          isBlackHole.store(true, ordering: .releasing)
          return swallow(client)
        default: break
        }
        if let recorder { messages.receive(bytes).forEach(recorder.note) }
        guard Self.send(bytes, to: upstream) else { return }
      }
      if ends[1].revents != 0 {
        guard let bytes = Self.receive(upstream), !isAwaitingAnswer, Self.send(bytes, to: client) else {
          return
        }
      }
    }
  }

  /// Passes nothing on until the program gives up.
  private func swallow(_ client: Int32) { while Self.receive(client) != nil {} }

  private func contains(_ bytes: [UInt8], _ statement: String) -> Bool {
    bytes.firstRange(of: Array(statement.utf8)) != nil
  }

  /// An ErrorResponse of the protocol.
  private static func refusal(_ state: String) -> [UInt8] {
    let fields = Array("SFATAL\0VFATAL\0C\(state)\0Mthe proxy refuses\0\0".utf8)
    let length = fields.count + 4
    return [UInt8(ascii: "E"), 0, 0, UInt8(length >> 8), UInt8(length & 0xFF)] + fields
  }

  private func takeCut() -> Bool {
    cutsLeft.subtract(1, ordering: .acquiringAndReleasing).newValue >= 0
  }

  private static func receive(_ descriptor: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
