/// The number of rows of a table, by what a seeder did with them.
public struct RowCounts: Hashable, Sendable, Codable {
  /// Rows that were missing and were inserted.
  public var inserted: Int
  /// Rows that differed and were updated.
  public var updated: Int
  /// Rows that were equal and were not touched.
  public var unchanged: Int
  /// Rows that were deleted.
  public var deleted: Int
  /// Rows that were edited or deleted outside seed-runner and were left alone.
  public var drifted: Int

  /// Creates counts; 0 by default.
  public init(
    inserted: Int = 0, updated: Int = 0, unchanged: Int = 0, deleted: Int = 0, drifted: Int = 0
  ) {
    self.inserted = inserted
    self.updated = updated
    self.unchanged = unchanged
    self.deleted = deleted
    self.drifted = drifted
  }

  /// Decodes counts. Those that an older version did not have are 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func count(_ key: CodingKeys) throws -> Int { try values.decodeIfPresent(Int.self, forKey: key) ?? 0 }
    self.init(
      inserted: try count(.inserted), updated: try count(.updated), unchanged: try count(.unchanged),
      deleted: try count(.deleted), drifted: try count(.drifted))
  }

  /// Rows inserted, updated or deleted.
  public var written: Int { inserted + updated + deleted }

  /// Adds each count.
  public static func + (left: Self, right: Self) -> Self {
    RowCounts(
      inserted: left.inserted + right.inserted, updated: left.updated + right.updated,
      unchanged: left.unchanged + right.unchanged, deleted: left.deleted + right.deleted,
      drifted: left.drifted + right.drifted)
  }
}

/// The row counts of a seeder's tables, in the order of writing.
public struct SeedOutcome: Hashable, Sendable, Codable {
  /// The counts of one table.
  public struct Table: Hashable, Sendable, Codable {
    /// The table's name.
    public let name: String
    /// Its row counts.
    public var counts: RowCounts

    /// Creates the counts of a table.
    public init(name: String, counts: RowCounts) {
      self.name = name
      self.counts = counts
    }
  }

  /// The tables.
  public private(set) var tables: [Table]

  /// Creates an outcome. Counts of the same table are added.
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

  /// The counts of all tables combined.
  public var total: RowCounts { tables.map(\.counts).reduce(RowCounts(), +) }
}
