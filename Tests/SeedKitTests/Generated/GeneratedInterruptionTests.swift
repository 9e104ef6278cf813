import Postgres
import SeedTesting
import Testing

@testable import SeedKit

/// An error in the middle of a load.
enum GeneratedInterruption {
  /// SQL for a trigger that fails from a row on.
  static func sql(_ table: String, _ id: Int) -> String {
    """
    CREATE FUNCTION interrupt() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''interrupted''; END';
    CREATE TRIGGER interruption AFTER INSERT ON \(table) FOR EACH ROW WHEN (new.id >= \(id))
    EXECUTE FUNCTION interrupt();
    """
  }
}

@Suite("Generated rows of an interrupted load")
struct GeneratedInterruptionTests {
  private static let sql = """
    CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE);
    CREATE TABLE child (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int NOT NULL REFERENCES parent, n int NOT NULL,
      UNIQUE (parent_id, n));
    CREATE TABLE detail (child_id int PRIMARY KEY REFERENCES child, parent_id int NOT NULL REFERENCES parent);
    """
  private static let tables = #"""
    {table: "parent", generate: {rows: 4000, columns: {code: {pattern: "####"}}}},
    {table: "child", generate: {rows: {per: "parent", count: [0, 4]}, columns: {n: "position"}}},
    {table: "detail", generate: {rows: 3000}}
    """#
  private static let checksum = """
    SELECT concat_ws(' ', (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM parent AS t),
      (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM child AS t),
      (SELECT md5(string_agg(t::text, '|' ORDER BY child_id)) FROM detail AS t))
    """

  /// Fewer rows are requested after the interruption. The planned rows are completed.
  @Test("are completed, also by a run for fewer rows", arguments: [("parent", 3_000), ("child", 2_600)])
  func fewer(table: String, id: Int) async throws {
    var undisturbed = ""
    try await GeneratedFolder.with(Self.sql, tables: Self.tables) { folder in
      _ = try await folder.counts()
      undisturbed = try await folder.text(Self.checksum)
    }
    try await GeneratedFolder.with(Self.sql, tables: Self.tables) { folder in
      try await folder.database.withConnection {
        try await $0.runScript(GeneratedInterruption.sql(table, id))
      }
      let failure = try await folder.run().failure
      #expect(failure?.message.contains("interrupted") == true, "\(String(describing: failure))")
      try await folder.database.withConnection {
        try await $0.runScript("DROP TRIGGER interruption ON \(table)")
      }
      let counts = try await folder.counts(RowCountOptions(scale: 1, rows: ["parent": 20, "detail": 3_000]))
      #expect(counts.inserted > 0)
      #expect(try await folder.text(Self.checksum) == undisturbed)
      let second = try await folder.counts(RowCountOptions(scale: 0.001, rows: ["detail": 3_000]))
      #expect(second.inserted == 0)
    }
  }

  @Test("are shared by concurrent runs that start at the same time, also with numbers in use")
  func together() async throws {
    for _ in 0..<4 {
      try await GeneratedFolder.with(
        Self.sql + "INSERT INTO parent (code) VALUES ('mine');", tables: Self.tables
      ) { folder in
        let reports = try await withThrowingTaskGroup(of: SeederReport.self) { group in
          for _ in 0..<4 { group.addTask { try await folder.run() } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(reports.allSatisfy { $0.failure == nil }, "\(reports.compactMap(\.failure))")
        let rows = try await folder.number(
          "SELECT (SELECT count(*) FROM parent) + (SELECT count(*) FROM child) + (SELECT count(*) FROM detail) - 1"
        )
        #expect(reports.map(\.tables.total.inserted).reduce(0, +) == rows)
        #expect(try await folder.number("SELECT max(id)::bigint FROM parent") == 4_001)
      }
    }
  }
}
