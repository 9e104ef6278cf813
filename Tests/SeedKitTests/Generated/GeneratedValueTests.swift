import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Values of generated rows")
struct GeneratedValueTests {
  private static let sql = "CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text)"

  private func faults(_ generate: String) async throws -> [String] {
    var found: [String] = []
    try await GeneratedFolder.with(Self.sql, tables: #"{table: "t", generate: {\#(generate)}}"#) { folder in
      found = try await folder.faults()
      let rows = try await folder.number("SELECT count(*) FROM t")
      #expect(rows == 0)
    }
    return found
  }

  @Test("variables are the same for all templates of a row, and are not stored")
  func variables() async throws {
    try await GeneratedFolder.with(
      Self.sql,
      tables: #"""
        {table: "t", generate: {rows: 200, variables: {first: {integer: [1, 90]}, list: {pickFrom: {file: "l.txt"}}},
          columns: {id: "sequence", a: {template: "{first} {list}"}, b: {template: "{list} {first}"}}}}
        """#, files: ["l.txt": "x\ny\n"]
    ) { folder in
      _ = try await folder.counts()
      let differing = try await folder.number(
        "SELECT count(*) FROM t WHERE split_part(a, ' ', 1) <> split_part(b, ' ', 2)")
      #expect(differing == 0)
      let distinct = try await folder.number("SELECT count(DISTINCT a) FROM t")
      #expect(distinct > 50)
    }
  }

  @Test("sql is computed by the server from the other columns of the row")
  func sql() async throws {
    try await GeneratedFolder.with(
      Self.sql,
      tables: #"""
        {table: "t", generate: {rows: 3000, columns: {
          id: "sequence", a: "word", b: {sql: "upper(a) || id"}, c: {sql: "CASE WHEN id > 10 THEN a END"}}}}
        """#
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 3_000))
      let wrong = try await folder.number(
        "SELECT count(*) FROM t WHERE b <> upper(a) || id OR c IS DISTINCT FROM CASE WHEN id > 10 THEN a END")
      #expect(wrong == 0)
      let again = try await folder.counts()
      #expect(again == RowCounts(unchanged: 3_000))
      let reset = try await folder.reset()
      #expect(reset.tables.total.deleted == 3_000)
    }
  }

  @Test("rows have no origin of their own, but their seeder is known")
  func origin() async throws {
    try await GeneratedFolder.with(
      Self.sql, tables: #"{table: "public.t", generate: {rows: 20, columns: {id: "sequence"}}}"#
    ) { folder in
      _ = try await folder.counts()
      let (one, other) = try await folder.database.withConnection { connection in
        (
          try await RowOrigin.generators(of: "t", on: connection),
          try await RowOrigin.generators(of: "other.t", on: connection)
        )
      }
      #expect(one.map(\.seeder) == ["made"])
      #expect(one.map(\.rowCount) == [20])
      #expect(other.isEmpty)
    }
  }

  @Test("an expression that the server rejects is a fault, and nothing is written")
  func rejected() async throws {
    let found = try await faults(#"rows: 10, columns: {id: "sequence", a: {sql: "no_such_function(id)"}}"#)
    #expect(found.count == 1)
    #expect(found.first?.contains("no_such_function") == true, "\(found)")
  }

  @Test("an expression that returns a set, or has a parameter, is an error, and nothing is written")
  func wrongExpressions() async throws {
    let set = try await faults(
      #"rows: 10, columns: {id: "sequence", a: {sql: "generate_series(1, id % 2)::text"}}"#)
    #expect(set.first?.contains("made 5 rows of 10") == true, "\(set)")
    let parameter = try await faults(#"rows: 10, columns: {id: "sequence", a: {sql: "b || $1"}}"#)
    #expect(parameter.first?.contains("found a parameter such as $1") == true, "\(parameter)")
  }

  @Test("deleted rows are found by a plan, also without consecutive numbers")
  func deleted() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE t (k text PRIMARY KEY)",
      tables: #"{table: "t", generate: {rows: 100, columns: {k: "uuid.v4"}}}"#
    ) { folder in
      _ = try await folder.counts()
      _ = try await folder.number(
        "WITH gone AS (DELETE FROM t WHERE k < '8' RETURNING 1) SELECT count(*) FROM gone")
      let seeder = try #require(try folder.seeder() as? GeneratedSeeder)
      await #expect(throws: BulkLoadError.self) {
        try await folder.database.withConnection { _ = try await seeder.pending(on: $0) }
      }
    }
  }

  @Test("a key with a part of a composite reference needs distinct values in its other columns")
  func partOfReference() async throws {
    let sql = """
      CREATE TABLE team (id int PRIMARY KEY);
      CREATE TABLE member (team_id int REFERENCES team, no int, PRIMARY KEY (team_id, no));
      CREATE TABLE task (team_id int, no int, member_no int NOT NULL, PRIMARY KEY (team_id, no),
        FOREIGN KEY (team_id, member_no) REFERENCES member (team_id, no));
      """
    func tables(_ no: String) -> String {
      #"""
      {table: "team", generate: {rows: 20, columns: {id: "sequence"}}},
      {table: "member", generate: {rows: {per: "team", count: 10}, columns: {no: "position"}}},
      {table: "task", generate: {rows: 2000, columns: {no: \#(no)}}}
      """#
    }
    try await GeneratedFolder.with(sql, tables: tables(#"{integer: [1, 1000]}"#)) { folder in
      let found = try await folder.faults()
      #expect(found.count == 1)
      #expect(found.first?.contains("1000") == true, "\(found)")
      try folder.define(tables(#"{integer: [1, 5000]}"#))
      let counts = try await folder.counts()
      #expect(counts.inserted == 2_220)
    }
  }

  @Test("rows are reset after a change of columns that are not part of the key")
  func resetOfOtherDefinition() async throws {
    func table(_ id: String, _ a: String) -> String {
      #"{table: "t", generate: {rows: 100, columns: {id: "\#(id)", a: \#(a)}}}"#
    }
    try await GeneratedFolder.with(
      "CREATE TABLE t (id text PRIMARY KEY, a text)", tables: table("uuid.v4", #""word""#)
    ) { folder in
      _ = try await folder.counts()
      try folder.define(table("email", #""word""#))
      await #expect(throws: (any Error).self) { try await folder.reset() }
      try folder.define(table("uuid.v4", #""color""#))
      let reset = try await folder.reset()
      #expect(reset.tables.total.deleted == 100)
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 100))
    }
  }

  @Test("vectors of a type with another binary format are written as text")
  func halfvec() async throws {
    try await GeneratedFolder.with(
      "CREATE EXTENSION vector; CREATE TABLE t (id int PRIMARY KEY, v halfvec(8) NOT NULL)",
      tables: #"{table: "t", generate: {rows: 50, columns: {id: "sequence", v: {vector: 8}}}}"#
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 50))
    }
  }

  @Test("a query that the server rejects is a fault")
  func query() async throws {
    let found = try await faults(
      #"rows: 10, columns: {id: "sequence", a: {pickFrom: {query: "SELECT no_such_column"}}}"#)
    #expect(found.first?.hasPrefix("seeder.json:1: field 'a.pickFrom'") == true, "\(found)")
  }

  @Test("templates that read each other, or a column without a value, are faults")
  func templates() async throws {
    let loop = try await faults(
      #"rows: 10, columns: {id: "sequence", a: {template: "{b}"}, b: {template: "{a}"}}"#)
    #expect(
      loop == [
        "seeder.json:1: field 'generate.columns': found generators that read each other: a, b; expected generators that read other columns"
      ])
    let itself = try await faults(#"rows: 10, columns: {id: "sequence", a: {template: "{a}"}}"#)
    #expect(itself.first?.contains("generators that read each other: a;") == true, "\(itself)")
    let unfilled = try await faults(#"rows: 10, columns: {id: "sequence", a: {template: "{c}"}}"#)
    #expect(
      unfilled == [
        "seeder.json:1: field 'a': found a generator that reads the column 'c', which no generator fills; expected a generator for it"
      ])
    let computed = try await faults(
      #"rows: 10, columns: {id: "sequence", a: {template: "{b}"}, b: {sql: "id::text"}}"#)
    #expect(
      computed == [
        "seeder.json:1: field 'a': found a generator that reads the column 'b', which 'sql' computes; expected a column with a generator"
      ])
  }

  @Test("'after' has the precision of its column")
  func precision() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, d date, t timestamp, u timestamp, e date)",
      tables: #"""
        {table: "t", generate: {rows: 500, columns: {id: "sequence", d: {date: ["2024-01-01", "2024-12-31"]},
          t: {after: {column: "d", within: "2 hours"}}, u: {after: {column: "t", least: "1 minute", within: "3 hours"}},
          e: {after: {column: "u", within: "5 days"}}}}}
        """#
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.number("SELECT count(DISTINCT t - d) FROM t") > 100)
      #expect(
        try await folder.number(
          "SELECT count(*) FROM t WHERE u - t NOT BETWEEN interval '1 minute' AND interval '3 hours' OR e < u"
        ) == 0)
    }
  }

  @Test("a column that 'after' cannot read is a fault")
  func after() async throws {
    let found = try await faults(
      #"rows: 10, columns: {id: "sequence", a: {pick: ["soon"]}, b: {after: "a"}}"#)
    #expect(
      found == [
        "seeder.json:1: field 'b': found 'soon' in the column 'a'; expected a column with dates or timestamps for 'after'"
      ])
  }

  @Test("a variable with the name of a column is a fault")
  func variableNames() async throws {
    let found = try await faults(
      #"rows: 10, variables: {b: "word"}, columns: {id: "sequence", a: {template: "{b}"}}"#)
    #expect(found.first?.contains("the variable 'b', which is also a column of t") == true, "\(found)")
  }

  @Test("the fault of a generator is shown as it is")
  func generatorFault() async throws {
    let found = try await faults(#"rows: 10, columns: {id: "sequence", a: {integer: [9, 1]}}"#)
    #expect(
      found == [
        "seeder.json:1: field 'a.integer': the lowest number 9 is above the highest 1"
      ])
  }

  /// A type that has no binary format here makes the whole table be written as text.
  private func checksum(with extra: String) async throws -> String {
    var result = ""
    try await GeneratedFolder.with(
      """
      CREATE EXTENSION vector;
      CREATE TABLE t (id uuid PRIMARY KEY, v vector(5), a varchar(9), b bool, s smallint, i int, l bigint, r real,
        d double precision, x \(extra))
      """,
      tables: #"""
        {table: "t", generate: {rows: 2600, columns: {
          id: "uuid.v4", v: {vector: 5, null: 0.1}, a: {word: true, null: 0.2}, b: "boolean", s: {integer: [-9, 9]},
          i: {integer: [0, 99999]}, l: {integer: [0, 9999999999]}, r: {double: [0, 1]}, d: {double: [-1, 1]},
          x: {integer: [1, 5]}}}}
        """#
    ) { folder in
      _ = try await folder.counts()
      result = try await folder.text("SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM t")
    }
    return result
  }

  @Test("rows with vectors are the same in COPY's binary and text format")
  func binary() async throws {
    let (binary, text) = (try await checksum(with: "int"), try await checksum(with: "numeric"))
    #expect(binary == text)
  }
}

@Suite("Numbers of generated rows")
struct RowCountOptionsTests {
  @Test("are read from a number, numbers by table, or both")
  func parsed() {
    let numbers = RowCountOptions.numbers("10,customer=5,shop.order=0")
    #expect(numbers?.everyTable == 10)
    #expect(numbers?.rows == ["customer": 5, "shop.order": 0])
  }

  @Test(
    "are rejected if they are not numbers or occur twice",
    arguments: ["", "x", "-1", "1,2", "a=1,a=2", "=1", "a=", "a=1,", "1.5", "100000000001"])
  func rejected(text: String) { #expect(RowCountOptions.numbers(text) == nil) }

  @Test("of a table precede those of every table, which precede the definition and the scale")
  func precedence() {
    let options = RowCountOptions(environment: .ci, scale: 10, everyTable: 7, rows: ["a": 3])
    #expect(options.count(of: "a", 100) == 3)
    #expect(options.count(of: "s.a", 100) == 3)
    #expect(options.count(of: "b", 100) == 7)
    #expect(RowCountOptions(scale: 10).count(of: "b", 100) == 1_000)
  }

  @Test("name a table that no seeder generates")
  func unknown() {
    let options = RowCountOptions(rows: ["a": 3, "z": 1])
    #expect(options.unknown(among: ["s.a", "b"]) == "z")
    #expect(options.unknown(among: ["a", "z"]) == nil)
  }
}
