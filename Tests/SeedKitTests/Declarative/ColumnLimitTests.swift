import SeedKit
import SeedTesting
import Testing

@Suite("Tables with many columns")
struct ColumnLimitTests {
  /// A table with a key and `columns` other columns. The file fills the key and the first `filled` of them.
  private func with(
    columns: Int, filled: Int, _ body: (SeederFolder) async throws -> Void
  ) async throws {
    let names = (1...columns).map { "c\($0)" }
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, \(names.map { "\($0) int" }.joined(separator: ", ")))",
      tables: #"{table: "t", files: "t.csv", key: "id"}"#,
      files: ["t.csv": Self.file(names.prefix(filled), value: 1)]
    ) { try await body($0) }
  }

  private static func file(_ names: some Sequence<String>, value: Int) -> String {
    let names = Array(names)
    let values = names.map { _ in "\(value)" }
    return "\((["id"] + names).joined(separator: ","))\n\((["7"] + values).joined(separator: ","))\n"
  }

  @Test("are loaded and updated with 800 filled columns")
  func most() async throws {
    try await with(columns: 799, filled: 799) { folder in
      #expect(try await folder.counts().inserted == 1)
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
      try folder.write(Self.file((1...799).map { "c\($0)" }, value: 2), to: "t.csv")
      #expect(try await folder.counts() == RowCounts(updated: 1))
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
    }
  }

  @Test("are loaded if few of 1,500 columns are filled")
  func few() async throws {
    try await with(columns: 1_499, filled: 4) { folder in
      let first = try await folder.counts()
      #expect(first.inserted == 1)
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
    }
  }

  @Test("are rejected if more than 800 columns are filled", arguments: [(801, 801), (1_500, 850)])
  func tooMany(all: Int, filled: Int) async throws {
    try await with(columns: all - 1, filled: filled - 1) { folder in
      let faults = try await folder.faults()
      #expect(faults.count == 1)
      #expect(
        faults.first?.contains("found records that fill \(filled) columns of t") == true
          && faults.first?.contains("at most 800") == true, "\(faults)")
    }
  }

  @Test("are rejected with PostgreSQL's maximum number of columns")
  func widest() async throws {
    try await with(columns: 1_599, filled: 4) { folder in
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:1: field 'table': found t, which has 1600 columns; expected a table of at most 1590 columns"
        ])
    }
  }
}
