import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("A faulty definition")
struct FaultyDefinitionTests {
  private static let table: PostgresQuery = "CREATE TABLE t (id int PRIMARY KEY, name text)"

  /// An unknown key, a missing comma, and text that is not JSON.
  private static let faulty = [
    (folder: "one", id: "typo", text: #"{"id": "typo", "sumary": "x", "tables": []}"#),
    (folder: "two", id: "comma", text: "{\"id\": \"comma\"\n\"summary\": \"x\", \"tables\": []}"),
    (folder: "No Jason", id: "no-jason", text: "nothing"),
  ]

  @Test("keeps its id, is listed with its fault, and fails alone", arguments: faulty, [16, 18])
  func alone(_ faulty: (folder: String, id: String, text: String), major: Int) async throws {
    let (folder, id, text) = faulty
    try await SeederPlace.with(Self.table, major: major) { place in
      try place.write(folder, text)
      try place.write("good", table: "t")
      try place.write("dependent", table: "t", dependencies: [id])
      let list = try await place.run("list", "--format", "json")
      #expect(list.exitCode == 0)
      #expect(list.output.contains("\"id\" : \"\(id)\""))
      #expect(list.output.contains("\\/seeder.json\"") || list.output.contains("/seeder.json\""))
      let run = try await place.run("--all")
      #expect(run.exitCode == 65, "\(run.output)\(run.errors)")
      #expect(run.output.contains("\(folder)/seeder.json:"))
      #expect(run.output.contains("seeded   good"))
      #expect(run.output.contains("depends on '\(id)'"))
      let selected = try await place.run("--\(id)")
      #expect(selected.exitCode == 65)
      let lint = try await place.run("lint")
      #expect(lint.exitCode == 65)
      #expect(lint.output.contains("\(folder)/seeder.json:"))
    }
  }

  @Test("has the same exit code in every command that seeds, compares or lints")
  func oneCode() async throws {
    try await SeederPlace.with(Self.table) { place in
      try place.write("good", table: "t")
      try place.write("bad", #"{"id": "bad"}"#)
      for arguments in [["--all"], ["--all", "--if-changed"], ["plan"], ["verify"], ["lint"], ["ci"]] {
        let words = arguments + ["--no-built-in", "--seeders-path", place.folder.path]
        let process = try SeedRunnerBinary.start(words, url: place.database.url)
        let end = try await process.wait()
        #expect(end.exitCode == 65, "\(arguments): \(end.errors)")
      }
      #expect(try await place.run("plan", "good", "--check").exitCode == 0)
      #expect(try await place.run("verify", "good").exitCode == 0)
    }
  }

  @Test("does not prevent a reset of the rows it wrote before")
  func reset() async throws {
    try await SeederPlace.with(Self.table) { place in
      try place.write("s", table: "t")
      #expect(try await place.run("--s").exitCode == 0)
      try place.write("s", #"{"id": "s""#)
      let reset = try await place.run("reset", "s", "--yes")
      #expect(reset.exitCode == 0, "\(reset.errors)")
      #expect(try await place.count("t") == 0)
    }
  }

  @Test("with missing or cyclic dependencies is reported with its file, and the others run")
  func dependencies() async throws {
    try await SeederPlace.with(Self.table) { place in
      try place.write("good", table: "t")
      try place.write("missing", table: "t", dependencies: ["goood"])
      try place.write("first", table: "t", dependencies: ["second"])
      try place.write("second", table: "t", dependencies: ["third"])
      try place.write("third", table: "t", dependencies: ["first"])
      try place.write("itself", table: "t", dependencies: ["itself"])
      try place.write("after", table: "t", dependencies: ["third"])
      let run = try await place.run("--all")
      #expect(run.exitCode == 65)
      #expect(
        run.output.contains("missing/seeder.json: field 'dependencies': found an unknown seeder 'goood'"))
      #expect(run.output.contains("did you mean 'good'?"))
      #expect(
        run.output.contains(
          "first/seeder.json: field 'dependencies': dependency cycle: first → second → third → first"))
      #expect(run.output.contains("dependency cycle: itself → itself"))
      #expect(run.output.contains("depends on 'third'"))
      #expect(run.output.contains("seeded   good"))
      let lint = try await place.run("lint")
      #expect(lint.exitCode == 65)
      #expect(lint.output.contains("second/seeder.json: field 'dependencies': dependency cycle"))
    }
  }

  @Test("with the id of another folder names both, and a folder that is named twice counts once")
  func sameID() async throws {
    try await SeederPlace.with(Self.table) { place in
      try place.write("good", table: "t")
      try place.write("twin", table: "t", folder: "a")
      try place.write("twin", table: "t", folder: "b")
      let run = try await place.run("--all")
      #expect(run.exitCode == 65)
      #expect(
        run.output.contains(
          "a/seeder.json: field 'id': found 'twin', which is also the id of \(place.folder.path)/b/seeder.json"
        ))
      #expect(run.output.contains("b/seeder.json: field 'id'"))
      #expect(run.output.contains("seeded  good"))
      try FileManager.default.removeItem(atPath: "\(place.folder.path)/b")
      try FileManager.default.createSymbolicLink(
        atPath: "\(place.folder.path)/b", withDestinationPath: "\(place.folder.path)/a")
      let path = place.folder.path
      let list = try await SeedRunnerBinary.run(
        "list", "--no-built-in", "--seeders-path", "\(path):\(path)/../\(path.dropFirst(5)):\(path)/a")
      #expect(!list.output.contains("faulty"), "\(list.output)")
    }
  }
}

@Suite("A database that cannot be used")
struct UnusableDatabaseTests {
  @Test("is exit code 4 for a run, plan, verify and ci, for each cause of read-only")
  func readOnly() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      #expect(try await place.run("--all").exitCode == 0)
      try await place.sql("UPDATE t SET name = 'b'")
      try await place.sql(
        "ALTER DATABASE \(unescaped: place.database.name) SET default_transaction_read_only = on")
      #expect(try await place.run("--all").exitCode == 4)
      #expect(try await place.run("plan").exitCode == 4)
      #expect(try await place.run("verify").exitCode == 4)
      #expect(try await place.run("ci", "--env", "test").exitCode == 4)
      let reset = try await place.run("reset", "s", "--yes")
      #expect(reset.exitCode == 4)
      #expect(
        reset.errors.contains("default_transaction_read_only is on, set for the database"), "\(reset.errors)")
      // Together with bad data it is still 4, because no other seeder can run.
      try place.write("bad", "{")
      #expect(try await place.run("--all").exitCode == 4)
    }
  }

  @Test("is exit code 4 if the role may not log in, and if the database does not exist")
  func noAccess() async throws {
    try await SeederPlace.with { place in
      try place.write("s", table: "t")
      let missing = place.database.url.replacing(place.database.name, with: "not_there")
      for command in ["--all", "plan", "verify"] {
        let words = [command, "--no-built-in", "--seeders-path", place.folder.path]
        let end = try await SeedRunnerBinary.start(words, url: missing).wait()
        #expect(end.exitCode == 4, "\(command): \(end.errors)")
      }
    }
  }

  @Test("is exit code 4 on a replica that was never seeded")
  func replica() async throws {
    try await DebianPostgres.with(isStandby: true) { server in
      try await expectUnusable(server.url, "25006")
    }
  }

  @Test("is exit code 4 for a role without the CONNECT privilege")
  func noConnect() async throws {
    try await DebianPostgres.with { server in
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.query("CREATE ROLE stranger LOGIN")
        try await connection.query("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
      }
      try await expectUnusable(server.url.replacing("seed@", with: "stranger@"), "42501")
    }
  }

  private func expectUnusable(_ url: String, _ state: String) async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(
        #"{"id": "s", "summary": "x", "tables": [{"table": "t", "files": "t.csv", "key": "id"}]}"#,
        to: "seeder.json")
      for command in ["--all", "plan", "verify", "ci"] {
        let words = [command, "--no-built-in", "--seeders-path", folder.path]
        let end = try await SeedRunnerBinary.start(words, url: url).wait()
        #expect(end.exitCode == 4, "\(command): \(end.errors)")
        #expect(end.errors.contains(state), "\(command): \(end.errors)")
      }
    }
  }
}
