extension PostgresRowBuffer {
  /// An INSERT of the rows, with one array parameter for each column. Unlike COPY, it can share a round trip with
  /// other statements, but the rows are in memory several times, so it is for few rows.
  ///
  /// - Parameters:
  ///   - table: the table, quoted if necessary.
  ///   - columns: the columns in the order of the values, with the types of the values. Arrays are not supported.
  public func insertion(
    into table: PostgresIdentifier, columns: [(name: PostgresIdentifier, type: PostgresType)]
  ) -> PostgresQuery {
    var arrays = columns.map { column in
      var array = PostgresBuffer()
      array.append(arrayOf: rowCount, column.type)
      return array
    }
    let bytes = buffer.bytes
    var offset = 0
    for _ in 0..<rowCount {
      // The number of columns.
      offset += 2
      for column in arrays.indices {
        let length = bytes[offset..<offset + 4].reduce(Int32(0)) { $0 << 8 | Int32($1) }
        let end = offset + 4 + Int(max(length, 0))
        arrays[column].append(contentsOf: bytes[offset..<end])
        offset = end
      }
    }
    var values: PostgresQuery = ""
    for (index, column) in columns.enumerated() {
      let value = EncodedValue(bytes: arrays[index].bytes)
      values =
        "\(values)\(unescaped: index == 0 ? "" : ", ")\(value)::\(unescaped: column.type.description)[]"
    }
    let names = columns.map(\.name.quoted).joined(separator: ", ")
    return "INSERT INTO \(table) (\(unescaped: names)) SELECT * FROM unnest(\(values))"
  }
}

/// A value that is already encoded. The server infers its type.
private struct EncodedValue: PostgresEncodable, Sendable {
  static var postgresType: PostgresType { .inferred }

  let bytes: [UInt8]

  func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(contentsOf: bytes)
    return true
  }
}
