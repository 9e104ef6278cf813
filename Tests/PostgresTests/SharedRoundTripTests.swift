import Postgres
import SeedTesting
import Testing

@Suite("Sharing round trips")
struct SharedRoundTripTests {
  /// Runs bodies that share the round trips of a transaction, and returns the results and the number of round trips.
  private func share<Result: Sendable>(
    _ bodies: [@Sendable (PostgresConnection) async -> Result]
  ) async throws -> (results: [Result], roundTrips: Int) {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let traffic = PostgresTraffic()
        var results: [Result] = []
        do {
          try await PostgresTraffic.$current.withValue(traffic) {
            try await connection.withTransaction { connection in
              results = await SharedRoundTrips.run(
                on: connection,
                bodies.map { body in
                  { @Sendable in await PostgresTraffic.$current.withValue(nil) { await body(connection) } }
                })
              throw Undone()
            }
          }
        } catch let error as PostgresTransactionError where error.cause is Undone {}
        return (results, traffic.roundTrips)
      }
    }
  }

  private struct Undone: Error {}

  private static func number(_ text: PostgresQuery, _ connection: PostgresConnection) async -> Int? {
    try? await connection.queryOne("SELECT \(text)::int8").decode(Int.self)
  }

  @Test("takes as many round trips as the task that needs most, and ROLLBACK")
  func count() async throws {
    let (results, roundTrips) = try await share(
      (1...5).map { steps in
        { @Sendable connection in
          var sum = 0
          for step in 1...steps { sum += await Self.number("\(step)", connection) ?? 0 }
          return sum
        }
      })
    #expect(results == [1, 3, 6, 10, 15])
    #expect(roundTrips == 6)
  }

  @Test("gives each task the rows of its own statements, also those of a pipeline")
  func pipelines() async throws {
    let (results, _) = try await share(
      (0..<20).map { number in
        { @Sendable connection in
          let rows = try? await connection.pipeline((0..<number).map { "SELECT \(number * 100 + $0)" })
          return (rows ?? []).compactMap { try? $0.first?.decode(Int.self) }
        }
      })
    #expect(results == (0..<20).map { number in (0..<number).map { number * 100 + $0 } })
  }

  @Test("works for a body that runs statements in several tasks")
  func childTasks() async throws {
    let (results, _) = try await share(
      (0..<4).map { _ in
        { @Sendable connection in
          async let first = Self.number("1", connection)
          async let second = Self.number("2", connection)
          let third = await Self.number("3", connection)
          return await [first, second, third]
        }
      })
    #expect(results == Array(repeating: [1, 2, 3], count: 4))
  }

  @Test("does not wait forever for a task that waits for another one")
  func waitingForAnother() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Int?.self)
    let (results, _) = try await share([
      { @Sendable connection in
        continuation.yield(await Self.number("1", connection))
        return 1
      },
      { @Sendable _ in
        await stream.first { _ in true } ?? nil
      },
    ])
    #expect(results == [1, 1])
  }

  @Test("discards statements that wait for the next one of a task")
  func leftOver() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.withTransaction { connection in
          try await connection.query("SELECT 1")
          _ = await SharedRoundTrips.run(
            on: connection, [{ @Sendable in await connection.runWithNext(["SELECT 1 / 0"]) }])
          #expect(await Self.number("1", connection) == 1)
        }
      }
    }
  }

  @Test("throws the error of one task's statement in all that wait")
  func failure() async throws {
    let (results, _) = try await share([
      { @Sendable in await Self.number("1 / 0", $0) }, { @Sendable in await Self.number("1", $0) },
    ])
    #expect(results == [nil, nil])
  }

  @Test(
    "rejects what would need a round trip of its own, and all that follows",
    arguments: ["copy", "script", "transaction"])
  func unfit(kind: String) async throws {
    let (results, _) = try await share([
      { @Sendable connection in
        do {
          switch kind {
          case "copy": _ = try await connection.copyIn(into: "t", columns: []) { _ in }
          case "script": try await connection.runScript("SELECT 1")
          default: try await connection.withTransaction { _ in }
          }
        } catch {}
        return await Self.number("1", connection) == nil && SharedRoundTrips.member?.hasLeft == true
      },
      { @Sendable in await Self.number("1", $0) == 1 },
    ])
    if kind == "copy" {
      // The types of the columns are queried first, which fails for all.
      #expect(!results[1])
    } else {
      #expect(results == [true, true])
    }
  }
}
