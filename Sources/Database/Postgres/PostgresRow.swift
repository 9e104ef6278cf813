import CLibPQ

/// The rows of a result, all in memory.
public struct PostgresRows: Sendable, RandomAccessCollection {
  let result: LibPQResult
  private let sql: String

  init(result: LibPQResult, sql: String) {
    self.result = result
    self.sql = sql
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { Int(PQntuples(result.raw)) }

  /// One row.
  public subscript(position: Int) -> PostgresRow {
    precondition(indices.contains(position), "row \(position) of \(count)")
    return PostgresRow(result: result, index: Int32(position), sql: sql)
  }

  /// The types of the columns, in order. For a domain, its base type.
  public var columnTypes: [PostgresType] {
    (0..<PQnfields(result.raw)).map { PostgresType(rawValue: PQftype(result.raw, $0)) }
  }
}

/// One row of a result.
public struct PostgresRow: Sendable {
  let result: LibPQResult
  let index: Int32
  let sql: String

  /// Decodes a column by name.
  ///
  /// - Throws: ``PostgresError`` with code `decodingFailed`, with the column, the type found and the type expected.
  public func decode<Value: PostgresDecodable>(
    _ column: String, as type: Value.Type = Value.self, file: String = #fileID, line: Int = #line
  ) throws -> Value {
    let position = PQfnumber(result.raw, "\"\(column)\"")
    guard position >= 0 else {
      throw PostgresError(
        code: .decodingFailed, message: "the result has no column '\(column)'", sql: sql, file: file,
        line: line)
    }
    return try decode(at: position, as: type, file: file, line: line)
  }

  /// Decodes columns in order, one for each type, starting at the first column or at `first`.
  ///
  /// ```swift
  /// let (id, email) = try row.decode(UUID.self, String.self)
  /// ```
  ///
  /// - Throws: as ``decode(_:as:file:line:)``.
  public func decode<each Value: PostgresDecodable>(
    _ type: repeat (each Value).Type, from first: Int = 0, file: String = #fileID, line: Int = #line
  ) throws -> (repeat each Value) {
    var position = Int32(first) - 1
    func next<One: PostgresDecodable>(_ type: One.Type) throws -> One {
      position += 1
      return try decode(at: position, as: type, file: file, line: line)
    }
    return (repeat try next(each type))
  }

  private func decode<Value: PostgresDecodable>(
    at column: Int32, as _: Value.Type, file: String, line: Int
  ) throws -> Value {
    guard column < PQnfields(result.raw) else {
      throw PostgresError(
        code: .decodingFailed,
        message: "column \(column + 1) is out of range: the result has \(PQnfields(result.raw))",
        sql: sql, file: file, line: line)
    }
    let isNull = PQgetisnull(result.raw, index, column) != 0
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(result.raw, index, column), count: Int(PQgetlength(result.raw, index, column)))
    let cell = PostgresCell(
      bytes: isNull ? nil : bytes, type: PostgresType(rawValue: PQftype(result.raw, column)))
    do {
      return try Value(from: cell)
    } catch let failure as PostgresDecodingFailure {
      let name = String(cString: PQfname(result.raw, column))
      throw PostgresError(
        code: .decodingFailed, message: "column '\(name)': \(failure.reason)", sql: sql, file: file,
        line: line)
    }
  }
}
