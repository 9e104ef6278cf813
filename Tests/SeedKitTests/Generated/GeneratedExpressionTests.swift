import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("SQL expressions of generated rows")
struct GeneratedExpressionTests {
  private static let sql = "CREATE TABLE t (id int PRIMARY KEY, a text, b text UNIQUE, c text)"

  private func problems(_ columns: String, variables: String = "") async throws -> [String] {
    var found: [String] = []
    try await GeneratedFolder.with(
      Self.sql,
      tables:
        #"{table: "t", generate: {rows: 10, variables: {\#(variables)}, columns: {id: "sequence", \#(columns)}}}"#
    ) { folder in
      found = try await folder.faults().map { $0.replacing("seeder.json:1: field ", with: "") }
      let rows = try await folder.number("SELECT count(*) FROM t")
      #expect(rows == 0)
    }
    return found
  }

  @Test("expressions read only columns with generators")
  func sources() async throws {
    let found = try await problems(#"a: "word", b: {sql: "upper(a)"}, c: {sql: "lower(b)"}"#)
    #expect(
      found == ["'c.sql': found the column 'b', which 'sql' computes; expected columns with generators"])
    let empty = try await problems(#"a: "word", b: {sql: "a || c"}"#)
    #expect(
      empty == ["'b.sql': found the column 'c', which no generator fills; expected columns with generators"])
    let variable = try await problems(#"a: "word", b: {sql: "v || a"}"#, variables: #"v: "word""#)
    #expect(
      variable == [
        "'b.sql': found the variable 'v', which only generators can read; expected columns of the table"
      ])
  }

  @Test(
    "expressions whose results change are faults",
    arguments: [
      ("now()::text", "now()"), ("a || random()", "random()"),
      ("gen_random_uuid()::text", "gen_random_uuid()"),
      ("a || current_date", "a keyword such as CURRENT_DATE or CURRENT_USER"),
      ("clock_timestamp()::text", "clock_timestamp()"),
    ])
  func changing(expression: String, function: String) async throws {
    let found = try await problems(#"a: "word", c: {sql: "\#(expression)"}"#)
    #expect(
      found == [
        "'c.sql': found \(function), whose result changes, so that the rows of each load would differ; expected an expression that depends on columns alone"
      ])
  }

  @Test(
    "expressions depend on no other rows",
    arguments: [
      ("(SELECT count(*)::text FROM t)", "a subquery"), ("(row_number() OVER ())::text", "a window function"),
      ("ctid::text", "a system column such as ctid"), ("'now'::timestamptz::text", "a time such as 'now'"),
    ])
  func forms(expression: String, form: String) async throws {
    let found = try await problems(#"a: "word", c: {sql: "\#(expression)"}"#)
    #expect(found.contains { $0.hasPrefix("'c.sql': found \(form); expected") }, "\(found)")
  }

  @Test("functions of the application may be volatile, which is the default")
  func ownFunctions() async throws {
    try await GeneratedFolder.with(
      Self.sql + "; CREATE FUNCTION loud(t text) RETURNS text LANGUAGE sql AS 'SELECT upper(t)'",
      tables:
        #"{table: "t", generate: {rows: 10, columns: {id: "sequence", a: "word", b: {sql: "loud(a) || id"}}}}"#
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 10))
    }
  }

  @Test("duplicates that an expression makes name the key, and the next definition applies")
  func duplicates() async throws {
    try await GeneratedFolder.with(
      Self.sql,
      tables: #"{table: "t", generate: {rows: 10, columns: {id: "sequence", a: "word", b: {sql: "'x'"}}}}"#
    ) { folder in
      let failure = try await folder.run().failure
      #expect(failure?.code == .rejectedRow)
      #expect(failure?.message.contains("t_b_key") == true, "\(failure?.message ?? "")")
      try folder.define(
        #"{table: "t", generate: {rows: 10, columns: {id: "sequence", a: "word", b: {sql: "'x' || id"}}}}"#)
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 10))
    }
  }

  @Test("a value depends on that of another column")
  func conditions() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, state text NOT NULL, paid boolean, at date, note text, size int)",
      tables: #"""
        {table: "t", generate: {rows: 900, columns: {
          id: "sequence", state: {pick: ["new", "paid", "sent"]}, paid: "boolean",
          at: {date: ["2024-01-01", "2024-12-31"], when: {state: ["paid", "sent"]}},
          note: {word: true, when: {at: null}}, size: {integer: [1, 9], when: {paid: true, state: "sent"}}}}}
        """#
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.number("SELECT count(*) FROM t WHERE (state = 'new') <> (at IS NULL)") == 0)
      #expect(try await folder.number("SELECT count(*) FROM t WHERE (at IS NULL) <> (note IS NOT NULL)") == 0)
      #expect(
        try await folder.number(
          "SELECT count(*) FROM t WHERE (paid AND state = 'sent') <> (size IS NOT NULL)") == 0)
      #expect(try await folder.number("SELECT count(*) FROM t WHERE size IS NOT NULL") > 50)
    }
  }

  @Test("faults of conditions")
  func conditionFaults() async throws {
    let form = try await problems(#"a: {word: true, when: ["x"]}"#)
    #expect(form == ["'a.when': expected an object with columns and their values, found an array"])
    let column = try await problems(#"a: {word: true, when: {z: 1}}"#)
    #expect(column == ["'a.when.z': the table has no generated column 'z'"])
    let value = try await problems(#"a: "word", c: {word: true, when: {a: {b: 1}}}"#)
    #expect(
      value == [
        "'c.when.a': expected a text, a number, true, false or null, or an array of them, found an object"
      ])
  }
}
