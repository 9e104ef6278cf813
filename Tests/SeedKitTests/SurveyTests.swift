import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads

@Suite("Seeders without changes, compared together")
struct SurveyTests {
  private static let first = StubSeeder.items("first", [(1, "a", "x")])
  private static let second = StubSeeder.items("second", [(2, "b", "y")])

  @Test("take one transaction, and write no history")
  func together() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([Self.first, Self.second], on: database)
      let report = try await Harness.run([Self.first, Self.second], on: database)
      #expect(report.seeders.map(\.outcome) == [.unchanged, .unchanged])
      #expect(report.seeders.map(\.tables.total) == Array(repeating: RowCounts(unchanged: 1), count: 2))
      #expect(Set(report.seeders.flatMap(\.connections)).count == 1)
      #expect(try await Harness.history(of: "first", on: database) == ["seeded"])
    }
  }

  @Test("do not hide a row that was edited: that seeder restores it")
  func edited() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([Self.first, Self.second], on: database)
      try await database.withConnection { try await $0.query("UPDATE items SET value = 'z' WHERE id = 2") }
      let report = try await Harness.run([Self.first, Self.second], on: database)
      #expect(report.seeders.map(\.tables.total) == [RowCounts(unchanged: 1), RowCounts(updated: 1)])
    }
  }

  @Test(
    "leave a seeder that uses the connection to its own transaction, where its uncounted writes are committed"
  )
  func ownStatements() async throws {
    let seeder = StubSeeder(id: "visits", dependencies: ["first", "second"]) { context in
      try await context.connection.query("UPDATE items SET visits = visits + 1")
    }
    try await TemporaryDatabase.with { database in
      for _ in 0..<3 { _ = try await Harness.run([Self.first, Self.second, seeder], on: database) }
      let visits = try await database.withConnection {
        try await $0.queryOne("SELECT min(visits) FROM items").decode(Int32.self)
      }
      #expect(visits == 3)
    }
  }

  @Test("do not count a seeder as unchanged that catches the error of its statement")
  func caughtError() async throws {
    let seeder = StubSeeder(id: "visits", dependencies: ["first", "second"]) { context in
      do {
        try await context.connection.query("UPDATE items SET visits = visits + 1")
      } catch is SharedRoundTrips.NotShareable {}
    }
    try await TemporaryDatabase.with { database in
      for _ in 0..<2 { _ = try await Harness.run([Self.first, Self.second, seeder], on: database) }
      let visits = try await database.withConnection {
        try await $0.queryOne("SELECT min(visits) FROM items").decode(Int32.self)
      }
      #expect(visits == 2)
    }
  }

  @Test("do not count a seeder as unchanged that catches the error of a query, even if another one caused it")
  func caughtErrorOfAnother() async throws {
    let careless = StubSeeder(id: "careless") { context in
      guard let rows = try? await context.read("SELECT value FROM items WHERE id = 1") else { return }
      let value = try rows.first?.decode(String.self)
      try await context.converge(
        StubSeeder.itemsTable(), rows: [[Int32(3), "c", value == nil ? "none" : "some", Int32(0)]])
    }
    try await TemporaryDatabase.with { database in
      let all = [Self.first, Self.second, careless, StubSeeder(id: "failing")]
      _ = try await Harness.run(all, on: database)
      try await database.withConnection { try await $0.query("DELETE FROM items WHERE id = 3") }
      let failing = StubSeeder(id: "failing") { context in _ = try await context.read("SELECT 1 / 0") }
      let report = try await Harness.run(Array(all.dropLast()) + [failing], on: database)
      #expect(report.seeders.map(\.outcome) == [.unchanged, .unchanged, .seeded, .failed])
    }
  }

  @Test("share queries with read(_:)")
  func reading() async throws {
    let seeder = StubSeeder(id: "reader") { context in
      let count = try await context.read("SELECT count(*) FROM items").first?.decode(Int.self)
      context.note("\(count ?? 0) items")
    }
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([Self.first, Self.second, seeder], on: database)
      let report = try await Harness.run([Self.first, Self.second, seeder], on: database)
      #expect(Set(report.seeders.flatMap(\.connections)).count == 1)
    }
  }

  @Test("do not prepare rows in vain: a seeder that says that it will write is called once more")
  func expensiveRows() async throws {
    let computations = Lock(0)
    let seeder = StubSeeder(id: "expensive") { context in
      _ = try await context.read("SELECT 1")
      try context.willWrite()
      computations.withLock { $0 += 1 }
    }
    try await TemporaryDatabase.with { database in
      for _ in 0..<2 { _ = try await Harness.run([Self.first, seeder], on: database) }
      #expect(computations.withLock(\.self) == 2)
    }
  }

  @Test("do not fail because of one that fails")
  func failure() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([Self.first, Self.second, StubSeeder(id: "third")], on: database)
      let failing = StubSeeder(id: "third") { context in _ = try await context.read("SELECT 1 / 0") }
      let report = try await Harness.run([Self.first, Self.second, failing], on: database)
      #expect(report.seeders.map(\.outcome) == [.unchanged, .unchanged, .failed])
    }
  }

  @Test("run again after one on which they depend has written")
  func dependent() async throws {
    let dependent = StubSeeder(id: "copy", dependencies: ["first"]) { context in
      let value = try await context.read("SELECT value FROM items WHERE id = 1").first?.decode(String.self)
      try await context.converge(
        StubSeeder.itemsTable(), rows: [[Int32(3), "c", value, Int32(0)]])
    }
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([Self.first, dependent], on: database)
      // Equal to what is there now, but the first seeder will restore its row.
      try await database.withConnection {
        try await $0.query("UPDATE items SET value = 'z' WHERE id IN (1, 3)")
      }
      let report = try await Harness.run([Self.first, dependent], on: database)
      #expect(report.seeders.map(\.tables.total.updated) == [1, 1])
    }
  }

  @Test("wait for no lock of a table: the seeder waits in its own transaction")
  func lockedTable() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await Harness.run([Self.first, Self.second], on: database)
      try await database.withConnection { holder in
        try await holder.query("BEGIN")
        try await holder.query("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
        async let report = Harness.run([Self.first, Self.second], on: database)
        try await eventually {
          try await database.withConnection {
            try await $0.queryOne(
              """
              SELECT count(*) = 2 FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'
              """
            ).decode(Bool.self)
          }
        }
        try await holder.query("ROLLBACK")
        #expect(try await report.seeders.map(\.outcome) == [.unchanged, .unchanged])
      }
    }
  }
}
