import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Rows from a command")
struct RecordCommandTests {
  private func with(
    _ script: String, more: String = "", _ body: (SeederFolder) async throws -> Void
  ) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, name text)",
      tables: #"{table: "t", command: ["sh", "rows.sh"], format: "jsonl", key: "id"\#(more)}"#,
      files: ["rows.sh": script], body)
  }

  @Test("are loaded with the same checks as those of files")
  func loads() async throws {
    try await with(
      #"i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "{\"id\": $i, \"name\": \"n$i\"}"; done"#
    ) {
      folder in
      let first = try await folder.counts(allowsCommands: true)
      #expect(first == RowCounts(inserted: 5_000))
      let second = try await folder.counts(allowsCommands: true)
      #expect(second == RowCounts(unchanged: 5_000))
      #expect(
        try await folder.rows("SELECT ARRAY[min(path), count(*)::text] FROM seed_runner.source_file") == [
          "sh rows.sh│1"
        ])
      try folder.write("echo '{\"id\": \"x\"}'", to: "rows.sh")
      let faults = try await folder.faults(allowsCommands: true)
      #expect(
        faults == [
          "sh rows.sh:1: record 1, field 'id': found 'x'; expected a value of type integer (invalid input syntax for type "
            + "integer: \"x\")"
        ])
    }
  }

  @Test("are not loaded unless commands are allowed")
  func guarded() async throws {
    try await with("touch ran") { folder in
      let failure = try await folder.run().failure
      #expect(failure?.message == "the seeder runs the command 'sh rows.sh', which is not allowed")
      #expect(failure?.code == .commandGuard)
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/ran"))
      let inspection = try DeclarativeSeeder(directory: folder.path).validate(FixtureStore(files: [:]))
      #expect(inspection.notes == ["the command 'sh rows.sh' was not run"])
    }
  }

  @Test(
    "are not written if the command fails",
    arguments: [
      (
        "echo '{\"id\": 1}'; exit 3",
        "the command 'sh rows.sh', which exited with status 3; expected exit status 0"
      ),
      (
        "echo '{\"id\": 1}'; kill -9 $$",
        "the command 'sh rows.sh', which signal 9 ended; expected exit status 0"
      ),
    ])
  func fails(_ script: String, _ message: String) async throws {
    try await with(script) { folder in
      let faults = try await folder.faults(allowsCommands: true)
      #expect(faults == ["seeder.json:1: field 'command': found \(message)"])
      #expect(try await folder.rows("SELECT ARRAY[count(*)::text] FROM t") == ["0"])
    }
  }

  @Test("are not awaited beyond the time limit, and nothing that the command started survives")
  func timeLimit() async throws {
    try await with("sleep 600 & echo $! > child; wait", more: ", timeLimit: 1") { folder in
      let faults = try await folder.faults(allowsCommands: true)
      #expect(
        faults == [
          "seeder.json:1: field 'command': found the command 'sh rows.sh', which did not end in time; expected its end within 1 s"
        ])
      let text = try String(contentsOfFile: "\(folder.path)/child", encoding: .utf8)
      let child = try #require(pid_t(text.prefix { $0 != "\n" }))
      // An orphan that was killed may not have been reaped yet.
      let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
      #expect(state.isEmpty || state.contains(") Z "), "\(state)")
    }
  }

  @Test("have a fingerprint with the declared inputs")
  func inputs() async throws {
    try await with("cat data", more: #", inputs: ["rows.sh", "data"]"#) { folder in
      func inputs() throws -> [String] { try DeclarativeSeeder(directory: folder.path).fingerprintInputs }
      try folder.write("{\"id\": 1}\n", to: "data")
      let first = try inputs()
      try folder.write("{\"id\": 2}\n", to: "data")
      #expect(try inputs() != first)
      #expect(try !DeclarativeSeeder(directory: folder.path).isDeterministic)
    }
  }

  @Test("need a program that exists")
  func unknownProgram() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY)",
      tables: #"{table: "t", command: ["no-such-program"], format: "csv", key: "id"}"#, files: [:]
    ) { folder in
      let faults = try await folder.faults(allowsCommands: true)
      #expect(
        faults == [
          "seeder.json:1: field 'command': found 'no-such-program', which cannot be started (No such file or directory); expected "
            + "a program that can be started"
        ])
    }
  }

  @Test("have a format, and come instead of files")
  func contradictions() async throws {
    try await SeederFolder.with(
      "",
      tables:
        #"{table: "t", command: ["x"], files: "t.csv", key: "id"}, {table: "u", rows: [], key: "id", timeLimit: 5}"#,
      files: [:]
    ) { folder in
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:1: field 'command': found 'command' and 'files'; expected one of them",
          "seeder.json:1: field 'format' is missing; expected the format of the command's output",
          "seeder.json:1: field 'timeLimit': found 'timeLimit' without 'command'; expected both",
        ])
    }
  }
}
