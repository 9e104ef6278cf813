import SeedKit
import Testing

/// Tables, files, and the expected contents of the tables after a run.
struct AwkwardCase: Sendable, CustomTestStringConvertible {
  /// A change of a file that changes one row.
  struct Edit: Sendable {
    let file: String
    let old: String
    let new: String
  }

  let name: String
  let sql: String
  /// The elements of `tables` in the definition.
  let tables: String
  let files: [String: String]
  /// Selects arrays of text.
  let query: String
  /// The rows that it selects after the first run, in the format of `SeederFolder.rows`.
  let rows: [String]
  let edit: Edit
  /// The first differing row after the edit.
  let edited: String
  var environment = SeedEnvironment.test
  /// A final query and its rows, which check that the table is usable.
  var afterwards: (query: String, rows: [String])?

  var testDescription: String { name }

  init(
    _ name: String, sql: String, tables: String, files: [String: String], query: String, rows: [String],
    edit: Edit, edited: String, environment: SeedEnvironment = .test,
    afterwards: (query: String, rows: [String])? = nil
  ) {
    self.name = name
    self.sql = sql
    self.tables = tables
    self.files = files
    self.query = query
    self.rows = rows
    self.edit = edit
    self.edited = edited
    self.environment = environment
    self.afterwards = afterwards
  }

  /// Loads exactly. A second run writes nothing. One edited cell is one update of one row, which a plan shows.
  ///
  /// - Parameter major: the server's major version; nil for the newest.
  func check(on major: Int?) async throws {
    try await SeederFolder.with(sql, tables: tables, files: files, major: major) { folder in
      let first = try await folder.counts(environment: environment)
      #expect(first.inserted > 0 && first.inserted == first.written, "\(first)")
      #expect(try await folder.rows(query) == rows)
      let before = try await folder.versions()
      let second = try await folder.counts(environment: environment)
      #expect(second == RowCounts(unchanged: first.inserted))
      #expect(try await folder.versions() == before)

      try folder.edit(edit.file, edit.old, edit.new)
      let planned = try await folder.changes(environment: environment)
      #expect(planned.map(\.action) == [.update] && planned.first?.columns.isEmpty == false, "\(planned)")
      #expect(try await folder.versions() == before)
      let third = try await folder.counts(environment: environment)
      #expect(third == RowCounts(updated: 1, unchanged: first.inserted - 1))
      let after = try await folder.versions()
      #expect(after.subtracting(before).count == 1 && before.subtracting(after).count == 1)
      let found = try await folder.rows(query)
      #expect(found.count == rows.count)
      #expect(zip(found, rows).first { $0 != $1 }?.0 == edited)
      if let afterwards { #expect(try await folder.rows(afterwards.query) == afterwards.rows) }
    }
  }
}

@Suite("Awkward tables and files")
struct AwkwardTests {
  static let cases =
    TextCases.all + NumberCases.all + TypeCases.all + JSONCases.all + KeyCases.all + ReferenceCases.all
    + FileCases.all + DialectCases.all

  @Test(
    "are loaded exactly; a second run writes nothing, and one edited cell is one update", arguments: cases,
    [nil, 16])
  func awkward(_ example: AwkwardCase, _ major: Int?) async throws { try await example.check(on: major) }

  @Test("have unique names")
  func names() { #expect(Set(Self.cases.map(\.name)).count == Self.cases.count) }
}
