import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("moderator")
struct ModeratorTests {
  private static let ada = "00000000-0000-4000-8000-00000000000a"
  private static let first = "00000000-0000-4000-8000-000000000001"
  private static let second = "00000000-0000-4000-8000-000000000002"

  /// A seeded database with Ada, two users with the name Bob, and Cora, who is banned.
  private func withUsers(_ body: (TemporaryDatabase) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      for arguments in [["migrate", "up"], ["--users"]] {
        let run = try await SeedRunnerBinary.start(arguments, url: database.url).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      try await database.withConnection { connection in
        try await connection.query(
          """
          INSERT INTO users (id, email, display_name, banned_at) VALUES
            (\(Self.ada)::uuid, 'ada@example.com', 'Ada', NULL),
            (\(Self.first)::uuid, 'bob@example.com', 'Bob', NULL),
            (\(Self.second)::uuid, 'bob@example.org', 'Bob', NULL),
            ('00000000-0000-4000-8000-000000000003', 'cora@example.com', 'Cora', now())
          """)
      }
      try await body(database)
    }
  }

  private func moderator(
    _ arguments: String..., on database: TemporaryDatabase, variables: [String: String] = [:]
  ) async throws -> SeedRunnerBinary.Result {
    let process = try SeedRunnerBinary.start(
      ["moderator"] + arguments, url: database.url, variables: variables)
    let end = try await process.wait()
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  private func names(_ database: TemporaryDatabase) async throws -> [String] {
    try await database.withConnection { connection in
      try await connection.query("SELECT id::text FROM users WHERE role = 'moderator' ORDER BY id")
        .map { try $0.decode(String.self) }
    }
  }

  @Test("appoints and removes a user by name or ID, and a second run says that nothing changed")
  func appoints() async throws {
    try await withUsers { database in
      #expect(try await moderator("list", on: database).output.contains("no moderators"))
      let added = try await moderator("add", "Ada", on: database)
      #expect(added.output == "Ada (00000000) is now a moderator\n", "\(added.errors)")
      #expect(try await names(database) == [Self.ada])
      let again = try await moderator("add", Self.ada.uppercased(), on: database)
      #expect(again.output == "Ada (00000000) is already a moderator\n" && again.exitCode == 0)
      let list = try await moderator("list", on: database).output.split(separator: "\n")
      #expect(
        list.count == 2 && list.last?.hasPrefix(Self.ada) == true && list.last?.hasSuffix("Ada") == true)
      let removed = try await moderator("remove", "Ada (00000000)", on: database)
      #expect(removed.output == "Ada (00000000) is no longer a moderator\n", "\(removed.errors)")
      #expect(try await names(database) == [])
      let none = try await moderator("remove", "Ada", on: database)
      #expect(none.output == "Ada (00000000) is not a moderator; nothing was changed\n" && none.exitCode == 0)
    }
  }

  @Test("has JSON output")
  func json() async throws {
    try await withUsers { database in
      let added = try await moderator("add", "Ada", "--format", "json", on: database)
      #expect(
        added.output.filter { !$0.isWhitespace }
          == #"{"id":"\#(Self.ada)","is_changed":true,"is_moderator":true,"name":"Ada"}"#)
      let list = try await moderator("list", "--format", "json", on: database).output
      #expect(list.contains("\"moderators\"") && list.contains(Self.ada) && list.contains("registered_at"))
    }
  }

  @Test("refuses unknown users, names of several users, banned users and seeds, with the fix")
  func refusals() async throws {
    try await withUsers { database in
      for (user, code, texts) in [
        ("Zoe", 64, ["no user has the name 'Zoe' [SR-607]", "use the user ID"]),
        (UUID().uuidString, 64, ["no user has the ID", "[SR-607]"]),
        ("Zoe\nFix: none", 64, ["no user has the name 'Zoe Fix: none' [SR-607]"]),
        ("Bob", 64, ["2 users have the name 'Bob' [SR-607]", "\(Self.first), \(Self.second)"]),
        ("Cora", 5, ["Cora (00000000) is banned [SR-608]", "lift the ban with DELETE"]),
        ("CommonTrace Seeds", 5, ["is a seeded user", "[SR-608]", "register a user"]),
      ] as [(String, Int32, [String])] {
        let refused = try await moderator("add", user, on: database)
        #expect(refused.exitCode == code, "\(user): \(refused.errors)")
        for text in texts { #expect(refused.errors.contains(text), "\(user): \(refused.errors)") }
      }
      #expect(try await names(database) == [])
    }
  }

  @Test("changes nothing in production without --allow-production, or in the database of another environment")
  func guards() async throws {
    try await withUsers { database in
      for command in ["add", "remove"] {
        let other = try await moderator(command, "Ada", "--env", "dev", on: database)
        #expect(other.exitCode == 5 && other.errors.contains("belongs to the environment 'test'"))
        let production = try await moderator(command, "Ada", "--env", "production", on: database)
        #expect(production.exitCode == 5 && production.errors.contains("add --allow-production"))
      }
      try await database.withConnection { connection in
        try await connection.query("UPDATE seed_runner.environment SET name = 'production'")
      }
      let allowed = try await moderator(
        "add", "Ada", "--env", "production", "--allow-production", on: database)
      #expect(allowed.exitCode == 0, "\(allowed.errors)")
      #expect(try await names(database) == [Self.ada])
    }
  }

  @Test("says how to migrate a database without the tables of the service")
  func unmigrated() async throws {
    try await TemporaryDatabase.with { database in
      for arguments in [["list"], ["add", "Ada"]] {
        let run = try await SeedRunnerBinary.start(["moderator"] + arguments, url: database.url).wait()
        #expect(run.exitCode == 4 && run.errors.contains("run 'seed-runner migrate up'"), "\(run.errors)")
      }
    }
  }
}
