import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("A run on a terminal", .timeLimit(.minutes(3)))
struct TerminalTests {
  private static let usual = ["TERM": "xterm-256color", "LANG": "C.UTF-8"]

  private func start(
    _ arguments: [String], on terminal: PseudoTerminal, url: String, variables: [String: String] = [:]
  ) throws -> ChildProcess {
    let environment = [
      "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SEED_ENV": "test", "DATABASE_URL": url,
      "CAPACITY_IS_PART_OF_ALL": "false",
    ].merging(Self.usual) { $1 }.merging(variables) { $1 }
    return try ChildProcess.start(SeedRunnerBinary.path, arguments, environment: environment, on: terminal)
  }

  /// Runs `body` while another transaction locks the table `tags`, so that a seeder waits for it.
  private func whileTagsAreLocked(
    _ database: TemporaryDatabase, _ body: (PostgresConnection) async throws -> Void
  ) async throws {
    let prepared = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
    #expect(prepared.exitCode == 0, "\(prepared.errors)")
    try await database.withConnection { holder in
      try await holder.query("BEGIN")
      try await holder.query("LOCK TABLE tags")
      try await body(holder)
    }
  }

  @Test("shows a live line for each seeder, then replaces them with a table that fits", arguments: [80, 120])
  func shows(columns: Int) async throws {
    try await TemporaryDatabase.with { database in
      let terminal = try PseudoTerminal(columns: columns, rows: 40)
      try await whileTagsAreLocked(database) { holder in
        let process = try start(["--all"], on: terminal, url: database.url)
        try await terminal.wait { $0.lines.contains { $0.contains("· curated-traces") } }
        try await terminal.wait { $0.lines.contains { $0.hasPrefix("✓ users") } && $0.isCursorBeneath }
        let live = terminal.screen
        #expect(live.lines.contains { $0.contains(" tags ") && $0.contains(" s  ") }, "\(live.text)")
        #expect(live.text.allSatisfy { TerminalScreen.width(of: $0) <= columns }, "\(live.text)")
        try await holder.query("COMMIT")
        #expect(try await process.wait().exitCode == 0)
      }
      try await terminal.waitForEnd()
      let text = terminal.screen.text
      #expect(terminal.screen.unknown == [] && terminal.screen.isCursorBeneath)
      #expect(!text.contains { $0.contains("✓") || $0.contains("·") }, "\(text)")
      let table = text.filter { $0.hasPrefix("seeded  ") }
      #expect(table.count == 11 && table.allSatisfy { $0.count <= columns }, "\(text)")
      #expect(terminal.screen.lookCount > 0)
    }
  }

  @Test(
    "leaves no live lines after an interruption, and names the finished and stopped seeders",
    arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) async throws {
    try await TemporaryDatabase.with { database in
      let terminal = try PseudoTerminal(columns: 80, rows: 40)
      try await whileTagsAreLocked(database) { _ in
        let process = try start(["--all"], on: terminal, url: database.url)
        try await terminal.wait { $0.lines.contains { $0.hasPrefix("✓ shares") } }
        process.signal(signal)
        #expect(try await process.wait().exitCode == 128 + signal)
      }
      try await terminal.waitForEnd()
      let text = terminal.screen.text
      #expect(terminal.screen.isCursorBeneath)
      #expect(text.last == "interrupted; open transactions are rolled back", "\(text)")
      #expect(text.contains("stopped: tags"), "\(text)")
      #expect(text.contains { $0.hasPrefix("finished: users, ") }, "\(text)")
      #expect(!text.contains { $0.contains("✓") }, "\(text)")
      #expect(!terminal.output.contains("\u{1B}[?25"))
    }
  }

  @Test("leaves complete lines when it is killed, with the cursor below them")
  func killed() async throws {
    try await TemporaryDatabase.with { database in
      let terminal = try PseudoTerminal(columns: 80, rows: 40)
      try await whileTagsAreLocked(database) { _ in
        let process = try start(["--all"], on: terminal, url: database.url)
        try await terminal.wait { $0.lines.contains { $0.hasPrefix("✓ shares") } }
        process.kill()
        _ = try await process.wait()
      }
      try await terminal.waitForEnd()
      #expect(terminal.screen.isCursorBeneath && terminal.screen.unknown == [])
      #expect(terminal.screen.text.last?.contains("seeders done") == true, "\(terminal.screen.text)")
    }
  }

  @Test(
    "only appends lines where they cannot be redrawn",
    arguments: [["TERM": "dumb"], ["CI": "true"], ["TERM": ""]])
  func appends(variables: [String: String]) async throws {
    try await TemporaryDatabase.with { database in
      let terminal = try PseudoTerminal(columns: 120, rows: 60)
      let process = try start(
        ["--tags", "--no-debug"], on: terminal, url: database.url,
        variables: variables.merging(["NO_COLOR": "1", "SEED_ENV": "test"]) { $1 })
      #expect(try await process.wait().exitCode == 0)
      try await terminal.waitForEnd()
      #expect(terminal.screen.controlCount == 0, "\(terminal.output)")
      #expect(terminal.screen.text.contains { $0.hasPrefix("seeded  tags  tags 249 inserted") })
    }
  }

  @Test(
    "has no color with NO_COLOR, no progress with --quiet, and only ASCII in the locale C"
  )
  func restrained() async throws {
    try await TemporaryDatabase.with { database in
      try await whileTagsAreLocked(database) { holder in
        let terminal = try PseudoTerminal(columns: 80, rows: 40)
        let process = try start(
          ["--all"], on: terminal, url: database.url, variables: ["NO_COLOR": "1", "LC_ALL": "C"])
        try await terminal.wait { $0.lines.contains { $0.hasPrefix("+ shares") } }
        #expect(terminal.screen.lookCount == 0 && terminal.screen.controlCount > 0)
        try await holder.query("COMMIT")
        #expect(try await process.wait().exitCode == 0)
        try await terminal.waitForEnd()
        #expect(terminal.output.utf8.allSatisfy { $0 < 0x80 })
      }
      let quiet = try PseudoTerminal(columns: 80)
      let process = try start(["--tags", "--quiet"], on: quiet, url: database.url)
      #expect(try await process.wait().exitCode == 0)
      try await quiet.waitForEnd()
      #expect(quiet.screen.text.count == 2 && quiet.screen.text.first?.hasPrefix("unchanged  tags") == true)
    }
  }
}
