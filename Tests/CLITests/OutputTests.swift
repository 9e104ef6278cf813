import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("The output of the program")
struct OutputTests {
  /// Escape sequences, C1 controls, bell, carriage return and bidirectional controls.
  private static let evil = "a\u{1B}[2J\u{9B}31m\u{7}\rb\u{202E}c\u{2066}d\u{200F}e\u{61C}"

  private static let definition = """
    {"id": "evil", "summary": "\(escaped)", "tables": [
      {"table": "t", "files": "data.json", "key": "id", "onDrift": "keep", "columns": {"\(escaped)": "name"}}]}
    """

  private static var escaped: String {
    evil.unicodeScalars.map { scalar in
      let digits = String(scalar.value, radix: 16)
      return scalar.isASCII && scalar.value >= 0x20
        ? String(scalar) : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  private func expectHarmless(_ text: String, _ command: String) {
    let active = text.unicodeScalars.filter { scalar in
      switch scalar.value {
      case 0x0A: false
      case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
    #expect(active.isEmpty, "\(command): \(text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined())")
  }

  @Test("contains no control characters, even if names and values do")
  func harmless() async throws {
    try await SeederPlace.with("SELECT 1") { place in
      try await place.sql(
        "CREATE TABLE t (id text PRIMARY KEY, \(try PostgresIdentifier(Self.evil)) text CHECK (length(id) < 99))"
      )
      try place.write("evil", Self.definition)
      try place.folder.write(
        #"[{"id": "\#(Self.escaped)", "name": "\#(Self.escaped)"}]"#, to: "evil/data.json")
      try place.write("bad \(Self.evil.replacing("\r", with: ""))", "{\"id\": \"\(Self.escaped)\"")
      let environment = ["SEED_ENV": "test"]
      func check(_ arguments: String..., expecting code: Int32? = nil) async throws {
        let words = arguments + ["--no-built-in", "--seeders-path", place.folder.path]
        let process = try SeedRunnerBinary.start(words, url: place.database.url, variables: environment)
        let end = try await process.wait()
        expectHarmless(end.output, "\(arguments)")
        expectHarmless(end.errors, "\(arguments)")
        if let code { #expect(end.exitCode == code, "\(arguments): \(end.errors)\(end.output)") }
      }
      try await check("plan")
      try await check("--evil", expecting: 0)
      try await place.sql("UPDATE t SET \(try PostgresIdentifier(Self.evil)) = '\u{1B}mine\u{202E}'")
      for format in ["text", "json"] {
        try await check("list", "--format", format, expecting: 0)
        try await check("lint", "--format", format, expecting: 65)
        try await check("plan", "evil", "--format", format, expecting: 0)
        try await check("verify", "evil", "--format", format, expecting: 3)
        try await check("why", "t", Self.evil, "--format", format, expecting: 0)
        try await check("why", "t", Self.evil + "x", "--format", format, expecting: 3)
        try await check("why", Self.evil, "x", "--format", format, expecting: 64)
        try await check("status", "--format", format, expecting: 0)
        try await check("--all", "--format", format, expecting: 65)
        try await check("ci", "--format", format)
        try await check("config", "--format", format, expecting: 0)
        try await check("doctor", "--format", format)
        try await check("export", Self.evil, "--id", "x", "--format", format, expecting: 64)
        try await check("reset", "evil", "--yes", "--format", format, expecting: 0)
        try await check("--evil", "--format", format, expecting: 0)
      }
      try await check("--all", "--log-format", "json", "--debug", expecting: 65)
      try await check("--help", expecting: 0)
      try await check("--\(Self.evil)", expecting: 64)
      try await check("new", Self.evil, expecting: 64)
    }
  }

  /// Runs the program in a shell, for redirections.
  private func shell(_ script: String, url: String? = nil) async throws -> ChildProcess.End {
    var environment = ["PATH": "/usr/bin:/bin", "SEED_ENV": "test", "PROGRAM": SeedRunnerBinary.path]
    environment["DATABASE_URL"] = url
    let process = try ChildProcess.start("/bin/sh", ["-c", script], environment: environment, directory: "/")
    return try await process.wait()
  }

  @Test(
    "that cannot be written is a failure of every command",
    arguments: [
      "list", "config", "migrate sql", "man", "completions bash", "--help", "--version", "config --schema",
    ])
  func lostOutput(command: String) async throws {
    let end = try await shell("exec \"$PROGRAM\" \(command) > /dev/full")
    #expect(end.exitCode == 2)
    #expect(end.errors.contains("the output could not be written: No space left on device"))
    let enough = try await shell("\"$PROGRAM\" \(command) | head -n 1")
    #expect(enough.errors.isEmpty, "a reader that has read enough is no failure")
  }

  @Test("to a closed pipe does not stop a run", arguments: ["2>&1", "2>&1 >/dev/null", ""])
  func readerGone(redirection: String) async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      let command =
        "\"$PROGRAM\" --s --no-built-in --seeders-path \(place.folder.path) --log-format json --debug"
      _ = try await shell(
        "{ \(command); echo $? > \(place.folder.path)/code; } \(redirection) | true", url: place.database.url)
      let code = try String(contentsOfFile: "\(place.folder.path)/code", encoding: .utf8)
      #expect(code == "0\n")
      #expect(try await place.count("t") == 1)
    }
  }

  @Test("that cannot be written is also a failure of commands on a database")
  func lostReports() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      let options = "--no-built-in --seeders-path \(place.folder.path)"
      for command in ["--all", "plan", "verify", "status", "why t 1", "reset s --yes"] {
        let end = try await shell(
          "exec \"$PROGRAM\" \(command) \(options) > /dev/full", url: place.database.url)
        #expect(end.exitCode == 2, "\(command): \(end.errors)")
      }
    }
  }

  @Test(
    "is discarded if descriptors are closed, and connections do not take their numbers",
    arguments: [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
  func closed(redirection: String) async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      let end = try await shell(
        "exec \"$PROGRAM\" --s --no-built-in --seeders-path \(place.folder.path) \(redirection)",
        url: place.database.url)
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(try await place.count("t") == 1)
    }
  }

  @Test("names the limit if there are too few descriptors", arguments: [5, 16])
  func fewDescriptors(limit: Int) async throws {
    let end = try await shell("ulimit -n \(limit); exec \"$PROGRAM\" list")
    #expect(end.exitCode == 2)
    #expect(end.errors.contains("too few file descriptors: the limit is \(limit)"))
    #expect(end.errors.contains("ulimit -n"))
  }

  @Test("--all accepts further seeders, but --except cannot be combined with a selection")
  func allAndOne() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      #expect(try await place.run("--all", "--s").exitCode == 0)
      #expect(try await place.run("--all", "--only", "s").exitCode == 0)
      let contradiction = try await place.run("--all", "--except", "s", "--s")
      #expect(contradiction.exitCode == 64)
      #expect(contradiction.errors.contains("cannot be combined"))
    }
  }
}
