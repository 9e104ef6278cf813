import Postgres

extension RowWriter {
  /// How an entry that exists is updated.
  static let replacesOwner = """
    ON CONFLICT (table_id, key) DO UPDATE SET file_id = excluded.file_id, record = excluded.record,
      inserted = owner.inserted OR excluded.inserted, attempt_id = excluded.attempt_id, digest = excluded.digest,
      input = excluded.input
    """

  /// A part of a WITH that records the rows in `written`, which has `key` and `digest`.
  func ownedRows(_ ownership: Ownership, inserted: String) -> PostgresQuery {
    """
    owned AS (
      INSERT INTO seed_runner.owned_row AS owner
        (table_id, file_id, record, inserted, attempt_id, digest, input, key)
      SELECT \(ownership.tableID), (\(ownership.fileIDs))[staged.seed_file + 1], staged.seed_record,
        \(unescaped: inserted), \(ownership.attempt), written.digest,
        nullif(\(unescaped: RowText.digest(compared.map(\.stagedName), of: "staged")), written.digest), written.key
      FROM written JOIN \(unescaped: source) AS staged ON \(unescaped: stagedKeyText) = written.key
      \(unescaped: Self.replacesOwner)
    )
    """
  }
}
