import FoundationEssentials
import Postgres
import SeedGenerators

/// Writes generated rows with vectors in COPY's binary format. The text of a vector is three times as long, and the
/// server spends more time reading it than storing it.
struct BinaryRows: Sendable {
  private enum Format: Sendable {
    case text
    case boolean
    case smallInteger
    case integer
    case bigInteger
    case real
    case double
    case uuid
    case vector(GeneratedColumn, ClusteredVectors)
  }

  private let table: GeneratedTable
  private let formats: [Format]

  /// Creates an encoder; nil if the table has no vectors, or a column with a type that only the server can convert.
  init?(_ table: GeneratedTable) {
    var hasVectors = false
    let formats = table.columns.compactMap { column -> Format? in
      let type = table.live[column.name.name]?.baseType
      if case .generator(let generated, _) = column.encoder, let vectors = generated.vectors {
        // Other types of pgvector have other formats.
        guard type?.split(separator: ".").last == "vector" else { return nil }
        hasVectors = true
        return .vector(generated, vectors)
      }
      return switch type {
      case "text", "character varying": .text
      case "boolean": .boolean
      case "smallint": .smallInteger
      case "integer": .integer
      case "bigint": .bigInteger
      case "real": .real
      case "double precision": .double
      case "uuid": .uuid
      default: nil
      }
    }
    guard hasVectors, formats.count == table.columns.count else { return nil }
    self.table = table
    self.formats = formats
  }

  /// Appends a row.
  ///
  /// - Throws: ``UnreadableValue`` if the value of a column does not have its type.
  func append(_ row: Int, to rows: inout PostgresRowBuffer) throws {
    rows.beginRow(columns: formats.count)
    var text: [UInt8] = []
    for (column, format) in formats.enumerated() {
      if case .vector(let generated, let vectors) = format {
        if generated.isNull(row: row) {
          rows.appendNull()
        } else {
          rows.append(byteCount: vectors.encodedSize) { vectors.write(row: row, to: $0) }
        }
        continue
      }
      text.removeAll(keepingCapacity: true)
      guard table.append(column, of: row, to: &text) else {
        rows.appendNull()
        continue
      }
      if case .text = format {
        rows.append(bytes: text[...])
      } else if let value = Self.value(String(decoding: text, as: UTF8.self), format) {
        try rows.append(value)
      } else {
        throw UnreadableValue(
          row: row, column: table.columns[column].name.name, text: String(decoding: text, as: UTF8.self))
      }
    }
  }

  private static func value(_ text: String, _ format: Format) -> (any PostgresEncodable)? {
    switch format {
    case .text, .vector: text
    case .boolean: ["true": true, "t": true, "false": false, "f": false][text]
    case .smallInteger: Int16(text)
    case .integer: Int32(text)
    case .bigInteger: Int(text)
    case .real: Float(text)
    case .double: Double(text)
    case .uuid: UUID(uuidString: text)
    }
  }

  /// A value that does not have the type of its column.
  struct UnreadableValue: Error, CustomStringConvertible {
    let row: Int
    let column: String
    let text: String

    var description: String {
      "the value '\(text)' of the generated row \(row + 1) does not have the type of the column '\(column)'"
    }
  }
}
