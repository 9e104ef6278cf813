public import Postgres

/// Rows in a temporary table that exists until the transaction ends.
public struct Stage: Sendable {
  /// The temporary table's name.
  public let name: PostgresIdentifier
  /// The number of rows.
  public let rowCount: Int
  /// The paths by the values of the column `seed_file`, from 0.
  let files: [String]
}

extension SeedContext {
  /// Copies rows into a temporary table, so that one statement can compare them with a table.
  ///
  /// The table also has `seed_row`, which numbers the rows, and `seed_file`, `seed_record` and `seed_line`, which
  /// hold the place of each row's record.
  ///
  /// - Parameters:
  ///   - columns: names and types as SQL, such as `("name", "text")`. The types are trusted text and must match the
  ///     types of the values.
  ///   - rows: a value for each column.
  ///   - places: the place of each row's record; empty if the rows do not come from files.
  /// - Throws: `PostgresError`. A few rows are sent with the next statement, which throws it instead.
  public func stage(
    columns: [(name: PostgresIdentifier, type: String)], rows: [[any PostgresEncodable & Sendable]],
    places: [FixturePlace] = []
  ) async throws -> Stage {
    let name = try PostgresIdentifier("seed_stage_\(nextStageNumber())")
    let ordinals = [
      ("seed_row", "bigint"), ("seed_file", "integer"), ("seed_record", "integer"), ("seed_line", "integer"),
    ]
    let creation = temporaryTable(name, columns.map { ($0.name.quoted, $0.type) } + ordinals)
    let files = places.isEmpty ? [] : Array(Set(places.map(\.file))).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1, Int32($0)) })
    func staged(_ index: Int) -> [any PostgresEncodable & Sendable] {
      let place = index < places.count ? places[index] : nil
      return rows[index] + [
        Int64(index), place.flatMap { numbers[$0.file] } ?? -1, place.map { Int32($0.record) },
        place.map { Int32($0.line) },
      ]
    }
    let names =
      try columns.map(\.name) + ordinals.map { try PostgresIdentifier($0.0) }
    if rows.count * names.count <= Self.valueLimit {
      await session.insertWithNext(
        rows.indices.map(staged), into: "\(name)", columns: names, after: creation)
    } else {
      try await session.pipeline(creation)
      try await session.copyIn(into: "\(name)", columns: names) { writer in
        for index in rows.indices { try await writer.write(row: staged(index)) }
      }
    }
    return Stage(name: name, rowCount: rows.count, files: files)
  }

  /// With more values, COPY is faster than one statement, although it takes three round trips more. A statement can
  /// have 65,535 parameters.
  private static let valueLimit = 20_000

  /// The statements that create a temporary table that exists until the transaction ends.
  ///
  /// Text columns are not compressed, because compression takes half the time of a COPY.
  ///
  /// - Parameter columns: names, quoted if necessary, and types, as SQL.
  func temporaryTable(_ name: PostgresIdentifier, _ columns: [(name: String, type: String)])
    -> [PostgresQuery]
  {
    let texts = columns.filter { $0.type == "text" }.map(\.name)
    // STORAGE in a column definition needs PostgreSQL 16.
    let isInline = session.serverVersion >= 160_000
    let definitions = columns.map {
      "\($0.name) \($0.type)\(isInline && $0.type == "text" ? " STORAGE EXTERNAL" : "")"
    }
    var statements: [PostgresQuery] = [
      "CREATE TEMPORARY TABLE \(name) (\(unescaped: definitions.joined(separator: ", "))) ON COMMIT DROP"
    ]
    if !isInline, !texts.isEmpty {
      let changes = texts.map { "ALTER \($0) SET STORAGE EXTERNAL" }.joined(separator: ", ")
      statements.append("ALTER TABLE \(name) \(unescaped: changes)")
    }
    return statements
  }
}
