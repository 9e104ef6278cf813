import Postgres
import SeedTesting
import Testing

@Suite("The exclusive use of a connection")
struct ExclusiveUseTests {
  private func expectRefusal(_ words: String, _ body: () async throws -> Void) async {
    let error = await #expect(throws: PostgresError.self) { try await body() }
    #expect(error?.code == .notBorrowed)
    #expect(error?.message.contains(words) ?? false, "\(String(describing: error))")
    #expect(error?.isTransient == false)
  }

  @Test("ends with the closure that borrowed it and cannot reach another borrower's transaction")
  func keptLoan() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 1) { pool in
        let kept = try await pool.withConnection { $0 }
        await expectRefusal("outside the closure") { try await kept.query("SELECT 1") }
        try await pool.withTransaction { connection in
          #expect(connection === kept)
          try await connection.query("CREATE TABLE t (a int)")
          let stranger = Task.detached { try await kept.query("ROLLBACK") }
          await expectRefusal("another task's transaction") { _ = try await stranger.value }
        }
        let count = try await pool.withConnection { try await $0.queryOne("SELECT count(*) FROM t") }
        #expect(try count.decode(Int.self) == 0)
      }
    }
  }

  @Test("ends for a task that outlives the closure, while another borrower has the connection")
  func outlivingTask() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 1) { pool in
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let late = try await pool.withConnection { connection in
          Task {
            for await _ in gate {}
            try await connection.query("BEGIN")
          }
        }
        try await pool.withConnection { connection in
          opening.finish()
          await expectRefusal("outside the closure") { try await late.value }
          #expect(await connection.isIdle)
        }
      }
    }
  }

  @Test("of a transaction is limited to its task and child tasks")
  func transaction() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.query("CREATE TABLE t (a int)")
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let (refused, ending) = AsyncStream.makeStream(of: Void.self)
        async let work: Void = connection.withTransaction { connection in
          async let child = connection.query("INSERT INTO t VALUES (1)")
          _ = try await child
          beginning.finish()
          for await _ in refused {}
        }
        for await _ in begun {}
        await expectRefusal("another task's transaction") { try await connection.query("SELECT 1") }
        await expectRefusal("another task's transaction") {
          try await connection.withTransaction { _ in }
        }
        ending.finish()
        try await work
        #expect(try await connection.queryOne("SELECT count(*) FROM t").decode(Int.self) == 1)
      }
    }
  }

  @Test("of a transaction ends with it, also for a task that it started")
  func endedTransaction() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let late = try await connection.withTransaction { connection in
          Task {
            for await _ in gate {}
            try await connection.query("SELECT 1")
          }
        }
        opening.finish()
        await expectRefusal("outside the closure") { try await late.value }
        try await connection.query("SELECT 1")
      }
    }
  }

  @Test("of a COPY excludes other statements")
  func copy() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.query("CREATE TABLE t (a int)")
        let count = try await connection.copyIn(into: "t", columns: [PostgresIdentifier("a")]) { writer in
          try await writer.write(Int32(1))
          let stranger = Task.detached { try await connection.runScript("SELECT 1") }
          await expectRefusal("another task's COPY") { try await stranger.value }
          try await writer.write(Int32(2))
        }
        #expect(count == 2)
      }
    }
  }

  @Test("of a connection that was closed with its closure reports the fix")
  func closed() async throws {
    try await TemporaryDatabase.with { database in
      let kept = try await database.withConnection { $0 }
      let error = await #expect(throws: PostgresError.self) { try await kept.query("SELECT 1") }
      #expect(error?.code == .closed)
      #expect(error?.message.contains("inside the closure that borrowed it") ?? false)
    }
  }
}
