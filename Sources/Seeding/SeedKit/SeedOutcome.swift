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
  /// Rows that somebody edited or removed since they were written, and that were left so.
  public var drifted: Int

  /// Makes counts; each is 0 by default.
  public init(
    inserted: Int = 0, updated: Int = 0, unchanged: Int = 0, deleted: Int = 0, drifted: Int = 0
  ) {
    self.inserted = inserted
    self.updated = updated
    self.unchanged = unchanged
    self.deleted = deleted
    self.drifted = drifted
  }

  /// Reads counts; those that an older version did not know are 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func count(_ key: CodingKeys) throws -> Int { try values.decodeIfPresent(Int.self, forKey: key) ?? 0 }
    self.init(
      inserted: try count(.inserted), updated: try count(.updated), unchanged: try count(.unchanged),
      deleted: try count(.deleted), drifted: try count(.drifted))
  }

  /// Rows inserted, updated or deleted.
  public var written: Int { inserted + updated + deleted }

  /// Adds count by count.
  public static func + (left: Self, right: Self) -> Self {
    RowCounts(
      inserted: left.inserted + right.inserted, updated: left.updated + right.updated,
      unchanged: left.unchanged + right.unchanged, deleted: left.deleted + right.deleted,
      drifted: left.drifted + right.drifted)
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
