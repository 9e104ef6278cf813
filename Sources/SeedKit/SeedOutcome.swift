/// How many rows of a table a seeder met, by what became of them.
public struct RowCounts: Hashable, Sendable, Codable {
  /// Rows that were missing.
  public var inserted: Int
  /// Rows that differed.
  public var updated: Int
  /// Rows that were equal and were not touched.
  public var unchanged: Int
  /// Rows that were removed.
  public var deleted: Int

  /// Makes counts; each is 0 by default.
  public init(inserted: Int = 0, updated: Int = 0, unchanged: Int = 0, deleted: Int = 0) {
    self.inserted = inserted
    self.updated = updated
    self.unchanged = unchanged
    self.deleted = deleted
  }

  /// Rows inserted, updated or deleted.
  public var written: Int { inserted + updated + deleted }

  /// Adds count by count.
  public static func + (left: Self, right: Self) -> Self {
    RowCounts(
      inserted: left.inserted + right.inserted, updated: left.updated + right.updated,
      unchanged: left.unchanged + right.unchanged, deleted: left.deleted + right.deleted)
  }
}

/// What a seeder did, table by table in the order in which it wrote them.
public struct SeedOutcome: Hashable, Sendable, Codable {
  /// The counts of one table.
  public struct Table: Hashable, Sendable, Codable {
    /// The table's name.
    public let name: String
    /// Its rows.
    public var counts: RowCounts

    /// Makes a table's counts.
    public init(name: String, counts: RowCounts) {
      self.name = name
      self.counts = counts
    }
  }

  /// The tables.
  public private(set) var tables: [Table]

  /// Makes an outcome; the counts of a table that is named twice are added.
  public init(_ tables: Table...) {
    self.tables = []
    for table in tables { add(table) }
  }

  /// Adds a table's counts.
  public mutating func add(_ table: Table) {
    if let index = tables.firstIndex(where: { $0.name == table.name }) {
      tables[index].counts = tables[index].counts + table.counts
    } else {
      tables.append(table)
    }
  }

  /// The counts of all tables together.
  public var total: RowCounts { tables.map(\.counts).reduce(RowCounts(), +) }
}
