import SeedKit
import Testing

@Suite("Rows that the database rejects")
struct RefusedRowTests {
  static let cases: [FaultCase] = [
    FaultCase(
      name: "because there is no partition",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)
        """,
      files: ["t.csv": "id,a\n5,x\n50,y\n7,z\n70,z\n"],
      expected: [
        "t.csv:3: record 2: found a row that t rejects: no partition of relation \"t\" found for row; "
          + "Partition key of the failing row contains (id) = (50).; expected values that match a partition",
        "t.csv:5: record 4: found a row that t rejects: no partition of relation \"t\" found for row; "
          + "Partition key of the failing row contains (id) = (70).; expected values that match a partition",
      ]),
    FaultCase(
      name: "because there is no partition, with an expression",
      sql: """
        CREATE TABLE t (id int, a text) PARTITION BY LIST (lower(a));
        CREATE TABLE t1 PARTITION OF t (PRIMARY KEY (id)) FOR VALUES IN ('x')
        """,
      tables: #"{table: "t1", files: "t.csv", key: "id"}"#, files: ["t.csv": "id,a\n1,X\n2,y\n"],
      expected: [
        "t.csv:3: record 2: found a row that t1 rejects: new row for relation \"t1\" violates partition constraint; "
          + "Failing row contains (2, y).; expected values that match a partition"
      ]),
    FaultCase(
      name: "because of a check of one partition",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text) PARTITION BY LIST (id);
        CREATE TABLE t1 PARTITION OF t (CONSTRAINT no_x CHECK (a <> 'x')) FOR VALUES IN (1);
        CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2)
        """,
      files: ["t.csv": "id,a\n1,x\n2,x\n"],
      expected: [
        "t.csv:2: record 1: the row violates the check constraint 'no_x' of t"
      ]),
    FaultCase(
      name: "because of a domain's check",
      sql: "CREATE DOMAIN a_word AS text CHECK (VALUE ~ '^a'); CREATE TABLE t (id int PRIMARY KEY, a a_word)",
      files: ["t.csv": "id,a\n1,apple\n2,pear\n"],
      expected: [
        "t.csv:3: record 2, field 'a': found 'pear'; expected a value of type a_word "
          + "(value for domain a_word violates check constraint \"a_word_check\")"
      ]),
    FaultCase(
      name: "because of a domain in an array",
      sql:
        "CREATE DOMAIN a_word AS text CHECK (VALUE ~ '^a'); CREATE TABLE t (id int PRIMARY KEY, a a_word[])",
      files: ["t.csv": "id,a\n1,{apple}\n2,\"{apple,pear}\"\n"],
      expected: [
        "t.csv:3: record 2, field 'a': found '{apple,pear}'; expected a value of type a_word[] "
          + "(value for domain a_word violates check constraint \"a_word_check\")"
      ]),
    FaultCase(
      name: "because of an error raised by a trigger",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text);
        CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.a = ''x'' THEN RAISE ''no x here''; END IF; RETURN NEW; END';
        CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION guard()
        """,
      files: ["t.csv": "id,a\n1,y\n2,x\n"],
      expected: [
        "t.csv:3: record 2: the database rejects the row (P0001): no x here"
      ]),
  ]

  @Test(
    "are reported with file, record and values, all at once, and are never retried", arguments: cases,
    [16, 18])
  func refused(_ example: FaultCase, major: Int) async throws {
    try await SeederFolder.with(
      example.sql, tables: example.tables, files: example.files, major: major
    ) { folder in
      let report = try await folder.run()
      #expect(report.attempts == 1)
      let found = report.failure?.faults.map { $0.description.replacing("\(folder.path)/", with: "") }
      #expect(found == example.expected, "\(found ?? []) \(report.failure?.details ?? "")")
    }
  }
}
