import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("why and status")
struct WhyTests {
  /// Keys whose values have several text forms, in a database whose settings print them in another form.
  private static let definition = """
    {"id": "keys", "summary": "for tests", "tables": [
      {"table": "numbers", "files": "numbers.csv", "key": "k"},
      {"table": "ids", "files": "ids.csv", "key": "k"},
      {"table": "days", "files": "days.csv", "key": "k"},
      {"table": "pairs", "files": "pairs.csv", "key": ["a", "b"]},
      {"table": "measures", "files": "measures.csv", "key": "k"}]}
    """

  private static let settings = [
    "timezone = 'Asia/Tokyo'", "datestyle = 'SQL, DMY'", "intervalstyle = 'sql_standard'",
    "extra_float_digits = -10", "bytea_output = 'escape'",
  ]

  private func withKeys(_ body: (SeederPlace) async throws -> Void) async throws {
    try await SeederPlace.with { place in
      for table in [
        "numbers (k numeric(10, 2) PRIMARY KEY, v text)", "ids (k uuid PRIMARY KEY, v text)",
        "days (k date PRIMARY KEY, v text)", "pairs (a int, b timestamptz, v text, PRIMARY KEY (a, b))",
        "measures (k float8 PRIMARY KEY, v bytea, i interval)",
      ] {
        try await place.sql("CREATE TABLE \(unescaped: table)")
      }
      try place.write("keys", Self.definition)
      for (file, text) in [
        ("numbers", "k,v\n1.00,x\n"), ("ids", "k,v\na0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,x\n"),
        ("days", "k,v\n2019-01-13,x\n"), ("pairs", "a,b,v\n1,2020-01-01T00:00:00Z,x\n"),
        ("measures", "k,v,i\n0.1,\\x0102,1 day 02:03:04\n"),
      ] {
        try place.folder.write(text, to: "keys/\(file).csv")
      }
      #expect(try await place.run("--keys").exitCode == 0)
      for setting in Self.settings {
        try await place.sql("ALTER DATABASE \(unescaped: place.database.name) SET \(unescaped: setting)")
      }
      try await body(place)
    }
  }

  @Test("why finds a key in any text form of its value, independent of the database's settings")
  func spellings() async throws {
    try await withKeys { place in
      for (table, key) in [
        ("numbers", ["1"]), ("numbers", ["01.000"]), ("ids", ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]),
        ("days", ["20190113"]), ("days", ["Jan 13, 2019"]), ("pairs", ["1", "2020-01-01 01:00+01"]),
        ("measures", ["1e-1"]),
      ] {
        let words = ["why", table] + key
        let end = try await SeedRunnerBinary.start(words, url: place.database.url).wait()
        #expect(end.output.contains("\(table).csv, record 1"), "\(words): \(end.errors)")
        #expect(end.output.contains("unchanged since it was written"), "\(words)")
      }
      #expect(try await place.run("verify").exitCode == 0)
      try await place.sql("DELETE FROM numbers")
      #expect(
        try await place.run("why", "numbers", "1.0").output.contains("now      deleted outside seed-runner"))
      try await place.sql("UPDATE measures SET i = '3 days'")
      #expect(
        try await place.run("why", "measures", ".1").output.contains(
          "drifted: edited outside seed-runner; 'seed-runner plan keys' shows the columns"))
    }
  }

  @Test("why says when a row was written last, and whether it was there before")
  func written() async throws {
    let table: PostgresQuery = "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (2, 'x')"
    try await SeederPlace.with { place in
      try await place.database.withConnection { try await $0.runScript(table.sql) }
      try place.write("s", table: "t", records: "id,name\n1,a\n2,b\n")
      #expect(try await place.run("--s").exitCode == 0)
      try place.write("s", table: "t", records: "id,name\n1,changed\n2,b\n")
      let second = try await place.run("--s", "--format", "json")
      let own = try await place.run("why", "t", "1")
      #expect(own.output.contains("\nwritten  ") && !own.output.contains("inserted"), "\(own.output)")
      let other = try await place.run("why", "t", "2")
      #expect(
        other.output.contains("\ninserted  outside seed-runner, so 'reset' keeps the row\nwritten   "),
        "\(other.output)")
      let json = try await place.run("why", "t", "1", "--format", "json")
      let run = try #require(json.output.firstMatch(of: #/"run_id" : "([^"]+)"/#)?.output.1)
      #expect(run == run.lowercased() && own.output.contains(run) && second.output.contains(run))
    }
  }

  @Test("why names the key's columns if the number of values is wrong, and a value of the wrong type")
  func wrongKeys() async throws {
    try await withKeys { place in
      let few = try await place.run("why", "pairs", "1")
      #expect(few.exitCode == 64)
      #expect(few.errors.contains("Fix: give a value for each of a, b, in this order"), "\(few.errors)")
      #expect(few.errors.contains("the key of pairs is (a, b): expected 2 values, found 1"))
      let many = try await place.run("why", "numbers", "1", "2")
      #expect(many.errors.contains("the key of numbers is (k): expected 1 value, found 2"))
      let other = try await place.run("why", "numbers", "one")
      #expect(other.exitCode == 64)
      #expect(other.errors.contains("invalid value 'one' for the column 'k' of type numeric"))
    }
  }

  @Test("why reports a missing row and names the columns of the key")
  func noRow() async throws {
    try await withKeys { place in
      try await place.sql("INSERT INTO numbers VALUES (7, 'mine')")
      try await place.sql("CREATE TABLE unseeded (code text PRIMARY KEY)")
      for (words, expected) in [
        (["numbers", "2"], "numbers has no row with k '2'"),
        (["pairs", "1", "1999-01-01"], "pairs has no row with a '1' and b '1999-01-01'"),
        (["unseeded", "XX"], "unseeded has no row with code 'XX'"),
        (["numbers", "7"], "no seeder wrote the row '7' of numbers"),
      ] {
        let why = try await place.run(["why"] + words)
        #expect(why.exitCode == 3)
        #expect(why.output == expected + "\n", "\(why.errors)")
      }
    }
  }

  @Test(
    "why and export suggest the nearest name for an unknown table", arguments: ["why", "export"])
  func missingTable(command: String) async throws {
    try await withKeys { place in
      let end = try await place.run([command, "number"] + (command == "why" ? ["1"] : []))
      #expect(end.exitCode == 64)
      #expect(
        end.errors.contains("Error: no table 'number' in the database '\(place.database.name)'"),
        "\(end.errors)")
      #expect(end.errors.contains("Did you mean 'numbers'?"))
    }
  }

  @Test("why without a key shows its arguments")
  func usage() async throws {
    let why = try await SeedRunnerBinary.run("why", "country", url: "postgresql://127.0.0.1:1/none")
    #expect(why.exitCode == 64)
    #expect(why.errors.contains("Fix: write 'seed-runner why TABLE KEY...'"), "\(why.errors)")
  }

  @Test(
    "a relation that is not a table is rejected with its kind",
    arguments: ["VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"])
  func noTable(kind: String) async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      if kind == "FOREIGN TABLE" {
        try await place.sql("CREATE FOREIGN DATA WRAPPER w")
        try await place.sql("CREATE SERVER s FOREIGN DATA WRAPPER w")
        try await place.sql("CREATE FOREIGN TABLE other (id int, name text) SERVER s")
      } else {
        try await place.sql("CREATE \(unescaped: kind) other AS SELECT * FROM t")
      }
      try place.write("s", table: "other")
      let name = "'other', which is a \(kind.lowercased())"
      #expect(try await place.run("--s").output.contains("found \(name); expected a table"))
      let export = try await place.run("export", "other", "--key", "id")
      #expect(export.exitCode == 64)
      #expect(export.errors.contains("'other' is a \(kind.lowercased())"), "\(export.errors)")
      #expect(try await place.run("why", "other", "1").errors.contains("'other' is a \(kind.lowercased())"))
    }
  }

  @Test("status shows a reset, and the next run seeds again")
  func reset() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      #expect(try await place.run("--s").exitCode == 0)
      #expect(try await place.run("reset", "s", "--yes").exitCode == 0)
      #expect(try await place.run("status").output.contains("reset"))
      let json = try await place.run("status", "--format", "json")
      #expect(json.output.contains(#""outcome" : "reset""#))
      #expect(try await place.run("--s", "--if-changed").output.contains("t 1 inserted"))
      #expect(try await place.run("status").output.contains("seeded"))
    }
  }

  @Test("a run shows how to connect only for the embedded database")
  func connectWith() async throws {
    try await SeederPlace.with("CREATE TABLE t (id int PRIMARY KEY, name text)") { place in
      try place.write("s", table: "t")
      #expect(try await !place.run("--s").errors.contains("connect with"))
    }
  }
}
