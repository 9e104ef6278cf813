import FoundationEssentials
import SeedTesting
import Testing

@Suite("The bookshop example")
struct BookshopExampleTests {
  private static let project = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/Bookshop").path

  private func run(
    _ arguments: String..., program: String = "bookshop-seeds", url: String? = nil,
    variables: [String: String] = [:]
  ) async throws -> ChildProcess.End {
    let bundle = URL(filePath: CommandLine.arguments[0], directoryHint: .notDirectory)
    let path = bundle.deletingLastPathComponent().appending(path: program).path
    var environment = ["PATH": "/usr/bin:/bin", "SEED_ENV": "test", "SEED_PROJECT_PATH": Self.project]
    environment["DATABASE_URL"] = url
    return try await ChildProcess.start(
      path, arguments, environment: environment.merging(variables) { $1 }, directory: "/"
    ).wait(timeout: .seconds(120))
  }

  @Test(
    "has help with its own options and without those of the demo application",
    arguments: [
      ["--help"], ["man"], ["completions", "bash"], ["config"], ["config", "--schema"], ["doctor", "--help"],
    ])
  func help(arguments: [String]) async throws {
    let end = try await run(arguments)
    #expect(end.exitCode == 0, "\(end.errors)")
    let text = end.output.lowercased()
    for word in ["trace", "embedding", "redis", "capacity", "http:"] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(text.contains("discount") || text.contains("prices"))
  }

  private func run(_ arguments: [String]) async throws -> ChildProcess.End {
    switch arguments.count {
    case 1: try await run(arguments[0])
    default: try await run(arguments[0], arguments[1])
    }
  }

  @Test("seeds, verifies and resets Swift and declarative seeders with its own setting")
  func seeding() async throws {
    try await TemporaryDatabase.with { database in
      let seeded = try await run("--all", "--discount", "10", url: database.url)
      #expect(seeded.exitCode == 0, "\(seeded.errors)")
      for id in ["authors", "books", "genres"] { #expect(seeded.output.contains(id)) }
      let prices = try await run("prices", url: database.url)
      #expect(prices.output == "Invisible Cities: 1080 cents\nThe Dispossessed: 1350 cents\n")
      let same = try await run("verify", url: database.url, variables: ["BOOKSHOP_DISCOUNT": "10"])
      #expect(same.exitCode == 0, "\(same.output)")
      let other = try await run("verify", url: database.url, variables: ["BOOKSHOP_DISCOUNT": "20"])
      #expect(other.exitCode == 3, "\(other.output)")
      let reset = try await run("reset", "books", "--yes", url: database.url)
      #expect(reset.exitCode == 0, "\(reset.errors)")
      #expect(try await run("prices", url: database.url).output == "")
    }
  }

  @Test("adds a check to 'doctor'")
  func doctor() async throws {
    try await TemporaryDatabase.with { database in
      #expect(
        try await run("doctor", url: database.url).output.contains("the table 'books' does not exist yet"))
      let seeded = try await run("--books", url: database.url)
      #expect(seeded.exitCode == 0, "\(seeded.errors)")
      #expect(try await run("doctor", url: database.url).output.contains("every book has a price"))
    }
  }

  @Test("rejects its option if no selected seeder reads it, and a value out of range")
  func refusals() async throws {
    let unread = try await run("--authors", "--discount", "10", url: "postgresql://127.0.0.1:1/none")
    #expect(unread.exitCode == 64)
    #expect(unread.errors.contains("--discount applies only to books, which is not selected"))
    let faulty = try await run("list", variables: ["BOOKSHOP_DISCOUNT": "95"])
    #expect(faulty.exitCode == 78)
    #expect(faulty.errors.contains("found '95'; expected percent, a whole number from 0 to 90"))
  }

  @Test("has a server that seeds at startup")
  func server() async throws {
    try await TemporaryDatabase.with { database in
      let end = try await run(
        program: "bookshop-server", url: database.url, variables: ["AUTO_SEED_DATABASE": "true"])
      #expect(end.output == "open\n", "\(end.errors)")
      #expect(try await run("prices", url: database.url).output.contains("1200 cents"))
    }
  }
}
