import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("doctor: tables")
struct DoctorTablesTests {
  @Test(
    "reports a dropped table or column of a migration, and the fix restores it",
    arguments: [
      (lost: "DROP TABLE tools", found: "the table 'tools' is missing"),
      (
        lost: "ALTER TABLE users DROP COLUMN display_name",
        found: "the column 'display_name' of 'users' is missing"
      ),
      (lost: "DROP TABLE trace_tags", found: "the table 'trace_tags' is missing"),
      (lost: "DROP TABLE seed_runner.owned_row", found: "the table 'seed_runner.owned_row' is missing"),
    ])
  func lost(lost: String, found: String) async throws {
    try await TemporaryDatabase.with { database in
      let first = try await SeedRunnerBinary.run("--tools", "--sample-traces", url: database.url)
      #expect(first.exitCode == 0, "\(first.errors)")
      let before = try await Diagnosis.of(database.url)
      before.expect("tables", "ok")
      try await database.withConnection { _ = try await $0.query("\(unescaped: lost)") }
      let diagnosis = try await Diagnosis.of(database.url)
      #expect(diagnosis.result.exitCode == 4)
      diagnosis.expect("tables", "failure", found, fix: "run as the owner: ")
      let fix = (diagnosis["tables"]?.fix ?? "").replacing("run as the owner: ", with: "")
      try await database.withConnection { try await $0.runScript(fix) }
      try await Diagnosis.of(database.url).expect("tables", "ok")
      let again = try await SeedRunnerBinary.run("--tools", "--sample-traces", url: database.url)
      #expect(again.exitCode == 0, "\(again.errors)\(again.output)")
    }
  }

  @Test(
    "reports a table, a column and a key that are missing for a definition, with their lines")
  func declared() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int, name text)") { place in
      try place.write("s", table: "t")
      try place.write("other", table: "nowhere")
      try place.write(
        "columns",
        """
        {"id": "columns", "summary": "for tests", "tables": [
          {"table": "t", "files": "data.csv", "key": "id", "columns": {"nam": "name"}}]}
        """)
      let options = ["--no-built-in", "--seeders-path", place.folder.path]
      let diagnosis = try await Diagnosis.of(place.database.url, options)
      diagnosis.expect(
        "tables", "failure", "no table 'nowhere' in the database",
        "an unknown column 'nam' of t", "CREATE UNIQUE INDEX ON t (id)")
      try await place.sql("CREATE UNIQUE INDEX ON t (id)")
      try await place.sql("ALTER TABLE t ADD COLUMN nam text")
      try await place.sql("CREATE TABLE nowhere (id int PRIMARY KEY, name text)")
      try await Diagnosis.of(place.database.url, options).expect("tables", "ok")
    }
  }
}
