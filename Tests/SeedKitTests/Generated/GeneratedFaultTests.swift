import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Faults of generated tables")
struct GeneratedFaultTests {
  @Test("the faults of all tables are found, without those that follow from others")
  func allFaults() async throws {
    try await GeneratedFolder.with(
      """
      CREATE TABLE parent (id int PRIMARY KEY);
      CREATE TABLE child (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES parent, size int NOT NULL);
      """,
      tables: #"""
        {table: "parent", generate: {rows: 9, columns: {id: "no-such"}}},
        {table: "child", generate: {rows: 9, columns: {id: "sequence", colour: "color"}}}
        """#
    ) { folder in
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:1: field 'id': unknown generator 'no-such'",
          "seeder.json:2: field 'colour': found no column 'colour' in child; expected a column of the table",
          "seeder.json:2: field 'generate.columns': found no generator for the column 'size' of type integer, which is NOT NULL; expected \"size\": a generator",
        ])
    }
  }

  @Test("references to tables that do not exist, or to others than the foreign key, are faults")
  func otherTables() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY REFERENCES a)",
      tables: #"{table: "c", generate: {rows: 9, columns: {id: {reference: "d"}}}}"#
    ) { folder in
      let missing = try await folder.faults()
      #expect(
        missing == [
          "seeder.json:1: field 'id': found no table 'd' in the database; expected a table that exists"
        ])
      try folder.define(#"{table: "c", generate: {rows: 9, columns: {id: {reference: "b"}}}}"#)
      let other = try await folder.faults()
      #expect(
        other.first
          == "seeder.json:1: field 'id': found a reference to b, but the foreign key refers to public.a; expected a reference to public.a"
      )
    }
  }

  @Test("rows of a table that the definition no longer has are named")
  func removedTable() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)",
      tables: #"""
        {table: "a", generate: {rows: 9, columns: {id: "sequence"}}},
        {table: "b", generate: {rows: 9, columns: {id: "sequence"}}}
        """#
    ) { folder in
      _ = try await folder.counts()
      try folder.define(#"{table: "a", generate: {rows: 9, columns: {id: "sequence"}}}"#)
      let notes = try await folder.notes()
      #expect(
        notes == [
          "the rows of b, which the definition no longer has, stay; to delete them, add the table again, and run 'reset made'"
        ])
    }
  }

  @Test("a trigger that discards rows is named")
  func discardingTrigger() async throws {
    try await GeneratedFolder.with(
      """
      CREATE TABLE t (id int PRIMARY KEY);
      CREATE FUNCTION discard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN NEW.id > 5 THEN NEW END; END';
      CREATE TRIGGER discard BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION discard();
      """, tables: #"{table: "t", generate: {rows: 9, columns: {id: "sequence"}}}"#
    ) { folder in
      let failure = try await folder.run().failure
      #expect(failure?.code == .rejectedRow)
      #expect(failure?.message.contains("a trigger discards rows") == true, "\(failure?.message ?? "")")
      #expect(try await folder.number("SELECT count(*) FROM t") == 0)
    }
  }
}
