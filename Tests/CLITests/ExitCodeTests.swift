import Postgres
import SeedTesting
import Testing

@Suite("The exit code of a failure")
struct ExitCodeTests {
  /// Causes of failure, and the exit code of every command that encounters them.
  private static let causes: [(name: String, sql: String, records: String, policy: String, code: Int32)] = [
    ("wrong data", "SELECT 1", "id,name\n1\n", "", 65),
    ("a row that the table refuses", "ALTER TABLE t ADD CHECK (id < 5)", "id,name\n7,a\n", "", 65),
    (
      "an edited row that is to be a failure", "UPDATE t SET name = 'z'", "id,name\n1,a\n",
      #""onDrift": "fail","#, 3
    ),
    (
      "a removed row that is to be a failure", "DELETE FROM t", "id,name\n1,a\n", #""onDrift": "fail","#, 3
    ),
    (
      "a right that is missing", "REVOKE ALL ON seed_runner.owned_row FROM CURRENT_USER", "id,name\n1,b\n",
      "", 1
    ),
    ("a server that takes no writes", "READ ONLY", "id,name\n1,b\n", "", 4),
  ]

  @Test(
    "is the same for a run, plan, verify and ci", arguments: causes.indices, [16, 18])
  func same(_ index: Int, major: Int) async throws {
    let cause = Self.causes[index]
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)", major: major) { place in
      func define(_ records: String) throws {
        try place.write(
          "s",
          """
          {"id": "s", "summary": "x",
           "tables": [{"table": "t", "files": "data.csv", \(cause.policy) "key": "id"}]}
          """, records: records)
      }
      try define("id,name\n1,a\n")
      #expect(try await place.run("--all").exitCode == 0)
      try define(cause.records)
      if cause.name == "a right that is missing" {
        // A superuser has every right, so a trigger raises the same error.
        try await place.database.withConnection {
          try await $0.runScript(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'no right'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON seed_runner.owned_row EXECUTE FUNCTION refuse();
            """)
        }
      } else {
        try await place.sql(
          cause.sql == "READ ONLY"
            ? "ALTER DATABASE \(unescaped: place.database.name) SET default_transaction_read_only = on"
            : "\(unescaped: cause.sql)")
      }
      for command in [["--all"], ["plan"], ["verify"], ["ci", "--env", "test"]] {
        let end = try await place.run(command)
        #expect(end.exitCode == cause.code, "\(cause.name), \(command): \(end.output)\(end.errors)")
        #expect(!end.errors.contains("could not write the failure"), "the cause is that of the failure")
      }
    }
  }

  @Test(
    "is 1 for drift together with bad data, and 3 for drift that was only found", arguments: [16, 18])
  func mixed(major: Int) async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)", major: major) { place in
      try place.write(
        "s",
        #"{"id": "s", "summary": "x", "tables": [{"table": "t", "files": "data.csv", "key": "id", "onDrift": "fail"}]}"#
      )
      #expect(try await place.run("--all").exitCode == 0)
      try await place.sql("UPDATE t SET name = 'z'")
      try place.write("bad", table: "t", records: "id,name\n2\n")
      for command in [["--all"], ["plan"], ["verify"]] {
        #expect(try await place.run(command).exitCode == 1, "\(command)")
      }
      try place.write("bad", table: "t", records: "id,name\n")
      try place.write("s", table: "t")
      #expect(try await place.run("plan").exitCode == 0)
      #expect(try await place.run("verify").exitCode == 3)
    }
  }

  @Test("is in the report of ci with its cause", arguments: [16, 18])
  func report(major: Int) async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)", major: major) { place in
      try place.write(
        "s",
        #"{"id": "s", "summary": "x", "tables": [{"table": "t", "files": "data.csv", "key": "id", "onDrift": "fail"}]}"#
      )
      #expect(try await place.run("--all").exitCode == 0)
      try await place.sql("UPDATE t SET name = 'z'")
      try await CIReports.with { reports in
        let end = try await place.run(["ci", "--env", "test"] + reports.options)
        #expect(end.exitCode == 3, "\(end.errors)")
        try await reports.validate()
        #expect(try reports.text(reports.json).contains("\"cause\" : \"drift\""))
      }
    }
  }

  private static let spellings = ["./data.csv", "sub/../data.csv", ".//data.csv"]

  @Test(
    "is 0 for other spellings of a path, and for a folder that is named twice", arguments: spellings,
    [16, 18])
  func paths(_ path: String, major: Int) async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)", major: major) { place in
      try place.write(
        "s",
        #"{"id": "s", "summary": "x", "tables": [{"table": "t", "files": "\#(path)", "key": "id"}]}"#)
      let folder = place.folder.path
      let first = try await place.run("--all", "--seeders-path", "\(folder):\(folder)/./s/..:\(folder)/s")
      #expect(first.exitCode == 0, "\(first.output)\(first.errors)")
      #expect(first.output.contains("seeded  s  t 1 inserted"))
      // The spelling names the same files, so there is nothing to do.
      try place.write("s", table: "t")
      let second = try await place.run("--all")
      #expect(second.output.contains("unchanged  s"), "\(second.output)\(second.errors)")
      let why = try await place.run("why", "t", "1")
      #expect(why.output.contains("\(folder)/s/data.csv"), "\(why.output)")
    }
  }
}
