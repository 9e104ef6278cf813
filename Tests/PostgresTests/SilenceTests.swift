import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("A connection that goes silent")
struct SilenceTests {
  private func impatient(_ configuration: PostgresConfiguration) -> PostgresConfiguration {
    var configuration = configuration
    configuration.silenceLimit = .milliseconds(150)
    return configuration
  }

  @Test("is lost if the server never received the statement")
  func statementLost() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.with(database: database, cut: .silence(from: "swallowed")) { proxy in
        let connection = try await PostgresConnection.connect(impatient(proxy))
        let error = await #expect(throws: PostgresError.self) {
          try await connection.query("SELECT 'swallowed'")
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.isTransient == true)
        #expect(error?.message.contains("no response to a statement") == true, "\(String(describing: error))")
        #expect(error?.message.contains("finished the statement or never received it (idle)") == true)
        #expect(await !connection.isAlive)
      }
    }
  }

  @Test("is lost inside a transaction, and the rollback does not wait for it")
  func transactionLost() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.with(database: database, cut: .silence(from: "swallowed")) { proxy in
        let connection = try await PostgresConnection.connect(impatient(proxy))
        let error = await #expect(throws: PostgresTransactionError.self) {
          try await connection.withTransaction { try await $0.query("SELECT 'swallowed'") }
        }
        #expect((error?.bodyError as? PostgresError)?.code == .connectionLost)
      }
    }
  }

  @Test("is lost during a COPY, while the server waits for more")
  func copyLost() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.query("CREATE TABLE t (a text)") }
      try await SocketProxy.with(database: database, cut: .silence(from: "swallowed")) { proxy in
        let connection = try await PostgresConnection.connect(impatient(proxy))
        var isSent = false
        let error = await #expect(throws: PostgresError.self) {
          try await connection.copyText(into: "t", columns: [try PostgresIdentifier("a")]) {
            defer { isSent = true }
            return isSent ? nil : (lines: Array("swallowed\n".utf8), count: 1)
          }
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.message.contains("waiting for the client") == true, "\(String(describing: error))")
      }
    }
  }

  @Test("is lost if new connections get no response either")
  func unreachable() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.with(database: database, cut: .blackHole(from: "swallowed")) { proxy in
        var configuration = impatient(proxy)
        configuration.connectTimeout = .seconds(2)
        let connection = try await PostgresConnection.connect(configuration)
        let error = await #expect(throws: PostgresError.self) {
          try await connection.pipeline(["SELECT 1", "SELECT 'swallowed'"])
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.message.contains("does not respond to a new connection") == true)
      }
    }
  }

  @Test("is kept while the server is working, however often it is checked")
  func slow() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.recording(database: database) { proxy, recorder in
        let connection = try await PostgresConnection.connect(impatient(proxy))
        try await database.withConnection { holder in
          try await holder.query("SELECT pg_advisory_lock(1)")
          let waiting = Task { try await connection.queryOne("SELECT pg_advisory_lock(1)::text") }
          // Its own connection, and five checks of it.
          while recorder.connections < 6 { await Task.yield() }
          try await holder.query("SELECT pg_advisory_unlock(1)")
          _ = try await waiting.value
        }
        #expect(await connection.isAlive)
      }
    }
  }

  @Test("ends a cancelled task even if the cancel request gets no response")
  func cancelled() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.blackHole(from: "swallowed", database: database) { proxy, hasCome in
        let connection = try await PostgresConnection.connect(proxy)
        let task = Task {
          try await connection.withTransaction { try await $0.query("SELECT 'swallowed'") }
        }
        while !hasCome() { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(await !connection.isAlive)
      }
    }
  }

  @Test("ends a cancelled task that was about to roll back")
  func cancelledRollback() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.blackHole(from: "ROLLBACK", database: database) { proxy, hasCome in
        let connection = try await PostgresConnection.connect(proxy)
        let task = Task {
          try await connection.withTransaction { connection in
            try await connection.query("SELECT 1")
            withUnsafeCurrentTask { $0?.cancel() }
            try Task.checkCancellation()
          }
        }
        let error = await #expect(throws: PostgresTransactionError.self) { try await task.value }
        #expect(error?.bodyError is CancellationError)
        #expect(error?.rollbackError != nil)
        #expect(hasCome())
      }
    }
  }

  @Test("detects lost packets within 30 seconds with TCP keepalives, unless the URL overrides them")
  func keepalives() async throws {
    try await DebianPostgres.with(settings: ["listen_addresses": "127.0.0.1"]) { server in
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.runScript("CREATE ROLE app LOGIN PASSWORD 'x'")
      }
      let url = "postgresql://app:x@127.0.0.1:\(server.port)/postgres"
      try await PostgresConnection.with(PostgresConfiguration(url: url)) { _ in
        #expect(Self.option(SO_KEEPALIVE, SOL_SOCKET, port: server.port) == [1])
        #expect(Self.option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), port: server.port) == [10])
        #expect(Self.option(TCP_KEEPINTVL, Int32(IPPROTO_TCP), port: server.port) == [5])
        #expect(Self.option(TCP_KEEPCNT, Int32(IPPROTO_TCP), port: server.port) == [3])
        // TCP_USER_TIMEOUT would end a connection to a server that is alive but does not read.
        #expect(Self.option(TCP_USER_TIMEOUT, Int32(IPPROTO_TCP), port: server.port) == [0])
      }
      let own = try PostgresConfiguration(url: url + "?keepalives_idle=77&tcp_user_timeout=5000")
      try await PostgresConnection.with(own) { _ in
        #expect(Self.option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), port: server.port) == [77])
        #expect(Self.option(TCP_USER_TIMEOUT, Int32(IPPROTO_TCP), port: server.port) == [5000])
      }
    }
  }

  /// The values of an option on this process's sockets to a port.
  private static func option(_ name: Int32, _ level: Int32, port: Int) -> Set<Int32> {
    var values: Set<Int32> = []
    for descriptor in Int32(3)..<1024 {
      var address = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
      }
      guard status == 0, address.sin_family == sa_family_t(AF_INET),
        UInt16(bigEndian: address.sin_port) == UInt16(port)
      else { continue }
      var value: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      if getsockopt(descriptor, level, name, &value, &length) == 0 { values.insert(value) }
    }
    return values
  }
}
