import SeedKit
import SeedTesting
import Testing

/// A table whose natural key has no unique index.
struct KeyAdviceCase: Sendable, CustomTestStringConvertible {
  let name: String
  let sql: String
  var table = "t"
  var key = "a"
  /// Why no statement is suggested; nil if one is.
  var reason: String?

  var testDescription: String { name }
}

@Suite("A natural key that is not unique")
struct KeyAdviceTests {
  static let solvable: [KeyAdviceCase] = [
    KeyAdviceCase(name: "no index", sql: "CREATE TABLE t (id serial PRIMARY KEY, a text, b text)"),
    KeyAdviceCase(
      name: "two columns, one of them unique with a third",
      sql: "CREATE TABLE t (id serial PRIMARY KEY, a text, b text, c text, UNIQUE (a, b, c))",
      key: #"["a", "b"]"#),
    KeyAdviceCase(
      name: "a partial index with more columns",
      sql:
        "CREATE TABLE t (id serial PRIMARY KEY, a text, b text); CREATE UNIQUE INDEX ON t (a, b) WHERE id > 9"
    ),
    KeyAdviceCase(
      name: "names that need quotes",
      sql: #"CREATE SCHEMA "S s"; CREATE TABLE "S s"."T t" (id serial PRIMARY KEY, a text, "B b" text)"#,
      table: "S s.T t", key: #"["a", "B b"]"#),
    KeyAdviceCase(
      name: "partitioned by a column of the key",
      sql: """
        CREATE TABLE t (id serial, a text, b text) PARTITION BY LIST (a);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('x', 'y')
        """),
    KeyAdviceCase(
      name: "an index that is not valid",
      sql: """
        CREATE TABLE t (id serial PRIMARY KEY, a text, b text); CREATE UNIQUE INDEX "By a" ON t (a);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"By a"'::regclass
        """),
  ]

  static let unsolvable: [KeyAdviceCase] = [
    KeyAdviceCase(
      name: "a deferrable constraint",
      sql: "CREATE TABLE t (id serial PRIMARY KEY, a text CONSTRAINT late UNIQUE DEFERRABLE)",
      reason: "the unique constraint 'late' is deferrable; the key needs one that is not"),
    KeyAdviceCase(
      name: "partitioned by another column",
      sql: "CREATE TABLE t (id serial, a text, year int) PARTITION BY LIST (year)",
      reason: "the table is partitioned, so a unique key must include 'year'"),
    KeyAdviceCase(
      name: "partitioned by an expression",
      sql: "CREATE TABLE t (id serial, a text) PARTITION BY LIST (lower(a))",
      reason: "a table that is partitioned by an expression cannot have a unique key over all partitions"),
    KeyAdviceCase(
      name: "an index over partitions that do not have it",
      sql: """
        CREATE TABLE t (id serial, a text) PARTITION BY LIST (a);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('x'); CREATE UNIQUE INDEX upper ON ONLY t (a)
        """,
      reason: "the unique index 'upper' is not valid until an index of each partition is attached to it"),
  ]

  private func fault(of example: KeyAdviceCase, in folder: SeederFolder) async throws -> String {
    let faults = try await folder.faults()
    #expect(faults.count == 1, "\(faults)")
    return faults.first ?? ""
  }

  private func with(
    _ example: KeyAdviceCase, major: Int, _ body: (SeederFolder) async throws -> Void
  ) async throws {
    let key = example.key.hasPrefix("[") ? example.key : "\"\(example.key)\""
    let names = key.contains("B b") ? "a,B b" : key.contains("b") ? "a,b" : "a"
    let row = names.contains(",") ? "x,1\ny,2\n" : "x\ny\n"
    try await SeederFolder.with(
      example.sql, tables: #"{table: "\#(example.table)", files: "t.csv", key: \#(key)}"#,
      files: ["t.csv": "\(names)\n\(row)"], major: major, body)
  }

  @Test("is reported with a statement that makes the run succeed", arguments: solvable, [16, 18])
  func suggestion(_ example: KeyAdviceCase, major: Int) async throws {
    try await with(example, major: major) { folder in
      let fault = try await fault(of: example, in: folder)
      let statement = try #require(
        fault.firstMatch(of: #/(?:CREATE UNIQUE INDEX|REINDEX INDEX) .*/#), "\(fault)")
      try await folder.sql(String(statement.output))
      #expect(try await folder.counts().inserted == 2)
      #expect(try await folder.counts().written == 0)
    }
  }

  @Test("is reported with the reason if no statement helps", arguments: unsolvable, [16, 18])
  func reason(_ example: KeyAdviceCase, major: Int) async throws {
    try await with(example, major: major) { folder in
      let fault = try await fault(of: example, in: folder)
      #expect(fault.contains(example.reason ?? "?"), "\(fault)")
      #expect(!fault.contains("CREATE UNIQUE INDEX ON") && !fault.contains("REINDEX"), "\(fault)")
    }
  }
}
