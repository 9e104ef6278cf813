import Postgres

extension RowWriter {
  /// SQL for the digest by which rows of the seeder are recognized as edited: over the recorded columns, which may
  /// be others than those that the seeder fills now.
  ///
  /// - Returns: nil if no digest is comparable: nothing is recorded, the table is owned as a whole, the recorded
  ///   rows have another key, or a recorded column no longer exists.
  func recordedDigest(_ owned: OwnedTable?) -> String? {
    guard let owned else { return nil }
    if owned.valueColumns == digestColumns { return liveDigest }
    guard !owned.isWhole, owned.keyColumns == key, owned.valueColumns.allSatisfy(tableColumns.contains)
    else { return nil }
    return RowText.digest(owned.valueColumns, of: "live")
  }

  /// After the seeder's columns changed, updates the digests of rows that needed no update. Edited rows keep
  /// theirs, so that they still count as edited.
  ///
  /// - Parameter recorded: the digest over the columns before the change; nil if edited rows cannot be recognized.
  func refreshDigests(_ entry: OwnedTable, recorded: String?) async throws {
    let isUnedited = recorded == nil ? "true" : "owner.digest = row.recorded"
    let rows = try context.rows(
      over: canonicalName,
      """
      SELECT \(liveKeyText) AS key, \(liveDigest) AS digest, \(recorded ?? "NULL::uuid") AS recorded
      FROM \(quoted) AS live WHERE (\(condition))
      """)
    try await context.session.pipeline(
      rows.preparation + [
        """
        UPDATE seed_runner.owned_row AS owner SET digest = row.digest FROM \(unescaped: rows.item) AS row
        WHERE owner.table_id = \(entry.id) AND owner.key = row.key AND \(unescaped: isUnedited)
        """
      ])
  }
}

extension OwnedTable {
  /// The columns that the digests cover when the seeder fills some columns.
  ///
  /// The recorded order is kept, because the same columns in another order are no change. Upserts keep the recorded
  /// columns too: a seeder may fill the columns of a row in several upserts, which share one digest.
  ///
  /// - Parameters:
  ///   - filled: the columns that the seeder fills, quoted.
  ///   - recorded: the recorded entry of the table.
  ///   - tableColumns: the columns of the table, quoted.
  ///   - isUpsert: whether an upsert fills them.
  static func digestColumns(
    _ filled: [String], recorded: OwnedTable?, tableColumns: [String], isUpsert: Bool
  ) -> [String] {
    guard let recorded else { return filled }
    var columns = filled
    if isUpsert, !recorded.isWhole {
      columns += recorded.valueColumns.filter { tableColumns.contains($0) && !filled.contains($0) }
      columns.sort()
    }
    return Set(recorded.valueColumns) == Set(columns) ? recorded.valueColumns : columns
  }
}
