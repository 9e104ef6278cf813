import Dispatch
import Glibc
public import Postgres
import Threads
import Synchronization

/// A proxy between a program and a server's Unix socket that cuts a connection at a chosen moment.
///
/// For failures that cannot be provoked otherwise, such as a lost response to COMMIT.
public final class SocketProxy: Sendable {
  /// When to cut a connection.
  public enum Cut: Sendable {
    /// After the server has responded to the statement, before the program receives the response.
    case answer(to: String)
    /// After the program has sent the statement, before the server receives it.
    case request(String)
    /// After programs have sent something for the n-th time, counted over all connections, before the server
    /// receives it.
    case sending(Int)
    /// When the program connects. It gets an error with this SQLSTATE, as from a starting server.
    case handshake(sqlState: String)
    /// Never. The statement is held back; see ``SocketProxy/holding(_:database:_:)``.
    case hold(String)
    /// Never. From this statement on nothing is forwarded, as with a stopped server.
    case silence(from: String)
    /// Never. From the n-th time on nothing is forwarded on that connection; see
    /// ``SocketProxy/silence(fromSending:database:_:)``.
    case silenceFromSending(Int)
    /// Never. From this statement on nothing is forwarded on any connection; see
    /// ``SocketProxy/blackHole(from:database:_:)``.
    case blackHole(from: String)
  }

  /// The moment to cut did not occur, so the test has tested nothing.
  public struct NothingCut: Error, Sendable, CustomStringConvertible {
    /// What did not occur.
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

  /// Starts a proxy in front of a database, passes its configuration to `body` and stops it.
  ///
  /// - Parameters:
  ///   - database: the database. Its server must have a Unix socket.
  ///   - cut: when to cut a connection.
  ///   - times: how many connections to cut, each once. The others are not affected.
  ///   - body: receives the configuration of the proxy.
  /// - Throws: the error of `body`; ``NothingCut``; ``ChildProcess/StartFailure`` if no socket can be created.
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
  ///   - body: receives the configuration of the proxy, and the recorder.
  /// - Throws: the error of `body`; ``ChildProcess/StartFailure`` if no socket can be created.
  public static func recording<Result>(
    database: TemporaryDatabase, _ body: (PostgresConfiguration, StatementRecorder) async throws -> Result
  ) async throws -> Result {
    let recorder = StatementRecorder()
    return try await start(database: database, cut: nil, times: 0, recorder: recorder) { _, configuration in
      try await body(configuration, recorder)
    }
  }

  /// Starts a proxy that holds a statement back until another connection, such as that of a cancel request, was
  /// opened and closed.
  ///
  /// - Parameters:
  ///   - statement: a part of its text.
  ///   - database: the database.
  ///   - body: receives the configuration of the proxy, and a closure that returns whether the statement was sent.
  /// - Throws: the error of `body`; ``ChildProcess/StartFailure`` if no socket can be created.
  public static func holding<Result>(
    _ statement: String, database: TemporaryDatabase,
    _ body: (PostgresConfiguration, () -> Bool) async throws -> Result
  ) async throws -> Result {
    try await start(database: database, cut: .hold(statement), times: 1, recorder: nil) {
      proxy, configuration in
      try await body(configuration) { proxy.cutsLeft.load(ordering: .acquiring) < 1 }
    }
  }

  /// Starts a proxy that stops forwarding on a connection from the n-th time that programs send something. A
  /// program killed afterwards was in the middle of its work.
  ///
  /// - Parameters:
  ///   - number: n, counted over all connections.
  ///   - database: the database.
  ///   - body: receives the configuration of the proxy, and a closure that returns whether forwarding has stopped.
  /// - Throws: the error of `body`; ``ChildProcess/StartFailure`` if no socket can be created.
  public static func silence<Result>(
    fromSending number: Int, database: TemporaryDatabase,
    _ body: (PostgresConfiguration, @escaping @Sendable () -> Bool) async throws -> Result
  ) async throws -> Result {
    try await start(database: database, cut: .silenceFromSending(number), times: 1, recorder: nil) {
      proxy, configuration in
      try await body(configuration) { proxy.cutsLeft.load(ordering: .acquiring) < 1 }
    }
  }

  /// Starts a proxy that stops forwarding on all connections from a statement on, like a network that drops
  /// packets.
  ///
  /// - Parameters:
  ///   - statement: a part of its text.
  ///   - database: the database.
  ///   - body: receives the configuration of the proxy, and a closure that returns whether the statement was sent.
  /// - Throws: the error of `body`; ``ChildProcess/StartFailure`` if no socket can be created.
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
        description: "cannot create a socket at \(path): \(String(cString: strerror(errno)))")
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

  /// Forwards in both directions until one side ends or the moment to cut comes.
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

  /// Discards everything until the program closes the connection.
  private func swallow(_ client: Int32) { while Self.receive(client) != nil {} }

  private func contains(_ bytes: [UInt8], _ statement: String) -> Bool {
    bytes.firstRange(of: Array(statement.utf8)) != nil
  }

  /// An ErrorResponse message of the protocol.
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
