public import FoundationEssentials
public import Postgres

/// Where a row came from.
public struct RowOrigin: Sendable, Codable {
  /// Whether the history knows the row's table as a whole only, because it was loaded from large files.
  public let isOfWholeTable: Bool
  /// The seeder that wrote it.
  public let seeder: String
  /// Schema and name of the table.
  public let table: String
  /// The natural key.
  public let key: String
  /// The file of its record; nil for rows that come from none.
  public let file: String?
  /// The record's number in the file, from 1.
  public let record: Int?
  /// Whether the seeder made the row, as opposed to having changed one that was there.
  public let isInserted: Bool
  /// Whether the row is still as the seeder wrote it; nil if it is gone.
  public let isAsWritten: Bool?
  /// The run that wrote it last; nil if its entry in the history is gone.
  public let runID: UUID?
  /// When that run's seeder started.
  public let writtenAt: Date?
  /// The environment of that run.
  public let environment: String?
  /// The version of the program that wrote it.
  public let programVersion: String?

  /// Finds the seeders that wrote a row. Reads only.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema if that is not found by the search path.
  ///   - key: the values of the natural key, as text, in the order of its columns.
  ///   - connection: the database.
  /// - Returns: nothing for a row that no seeder wrote.
  /// - Throws: `PostgresError`, also if there is no such table.
  public static func find(
    table: String, key: [String], on connection: PostgresConnection
  ) async throws -> [RowOrigin] {
    let isThere = try await connection.queryOne("SELECT to_regclass('seed_runner.owned_table') IS NOT NULL")
      .decode(Bool.self)
    guard isThere else { return [] }
    let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
    let quoted = try TableName(schema: parts.count == 2 ? parts[0] : nil, name: parts[parts.count - 1])
      .quoted()
    let keyText = key.count == 1 ? key[0] : nil
    let rows = try await connection.query(
      """
      SELECT owned.seeder, owned.table_name, owner.key, file.path, owner.record, owner.inserted, owner.digest,
        owned.key_columns, owned.value_columns, history.run_id, history.started_at, history.environment,
        history.program_version
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN seed_runner.owned_table AS owned ON owned.table_name = n.nspname || '.' || c.relname
      JOIN seed_runner.owned_row AS owner ON owner.table_id = owned.id
      LEFT JOIN seed_runner.source_file AS file ON file.id = owner.file_id
      LEFT JOIN seed_runner.history AS history ON history.attempt_id = owner.attempt_id
      WHERE c.oid = \(quoted)::regclass AND owner.key = coalesce(\(keyText), (\(key)::text[])::text)
      ORDER BY owned.seeder
      """)
    var origins: [RowOrigin] = []
    for row in rows {
      let (
        seeder, table, key, file, record, inserted, digest, keys, values, run, date, environment, version
      ) =
        try row.decode(
          String.self, String.self, String.self, String?.self, Int32?.self, Bool.self, UUID.self,
          [String].self, [String].self, UUID?.self, Date?.self, String?.self, String?.self)
      let live = try await connection.query(
        """
        SELECT \(unescaped: RowText.digest(values, of: "live")) FROM \(unescaped: quoted) AS live
        WHERE \(unescaped: RowText.key(keys, of: "live")) = \(key)
        """
      ).first?.decode(UUID.self)
      origins.append(
        RowOrigin(
          isOfWholeTable: false, seeder: seeder, table: table, key: key, file: file,
          record: record.map(Int.init),
          isInserted: inserted, isAsWritten: live.map { $0 == digest }, runID: run, writtenAt: date,
          environment: environment, programVersion: version))
    }
    return origins.isEmpty ? try await ofWholeTable(quoted, key: key, on: connection) : origins
  }

  private static func ofWholeTable(
    _ quoted: String, key: [String], on connection: PostgresConnection
  ) async throws -> [RowOrigin] {
    let tables = try await connection.query(
      """
      SELECT owned.seeder, owned.table_name, owned.key_columns
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN seed_runner.owned_table AS owned ON owned.table_name = n.nspname || '.' || c.relname
      WHERE c.oid = \(quoted)::regclass AND owned.whole_files IS NOT NULL ORDER BY owned.seeder
      """)
    var origins: [RowOrigin] = []
    for row in tables {
      let (seeder, table, keys) = try row.decode(String.self, String.self, [String].self)
      let text = RowText.key(keys, of: "live")
      let found = try await connection.query(
        """
        SELECT \(unescaped: text) FROM \(unescaped: quoted) AS live
        WHERE \(unescaped: text) = coalesce(\(key.count == 1 ? key[0] : nil), (\(key)::text[])::text)
        """)
      guard let key = try found.first?.decode(String.self) else { continue }
      origins.append(
        RowOrigin(
          isOfWholeTable: true, seeder: seeder, table: table, key: key, file: nil, record: nil,
          isInserted: true, isAsWritten: nil, runID: nil, writtenAt: nil, environment: nil,
          programVersion: nil))
    }
    return origins
  }
}
