import FoundationEssentials
import SeedKit

/// A row that a ``Factory`` has inserted, with all columns as the server stored them.
public struct FactoryRow: Sendable {
  private let members: [JSONMember]

  init(_ node: JSONNode) {
    guard case .object(let members) = node.value else {
      self.members = []
      return
    }
    self.members = members
  }

  /// The names of the columns, in alphabetical order.
  public var columns: [String] { members.map(\.key).sorted() }

  /// The value of a column, for comparisons with literals and for the overrides of another row.
  ///
  /// ```swift
  /// #expect(try row["tier"] == "pro")
  /// ```
  ///
  /// - Throws: ``FactoryRowError`` if there is no such column.
  public subscript(column: String) -> FactoryValue {
    get throws {
      guard let member = members.first(where: { $0.key == column }) else {
        let near = Suggestion.nearest(to: column, in: columns).first
        throw FactoryRowError(
          "the row has no column '\(column)'; "
            + (near.map { "did you mean '\($0)'?" } ?? "its columns are \(columns.joined(separator: ", "))"))
      }
      return FactoryValue(member.value.value)
    }
  }

  /// Decodes a column. The types are those of ``FactoryModel``; NULL needs an optional type.
  ///
  /// - Throws: ``FactoryRowError`` if there is no such column, or its value cannot be decoded.
  public func decode<Value: Decodable>(_ column: String, as _: Value.Type = Value.self) throws -> Value {
    try Self.decode([Value].self, FactoryValue(arrayLiteral: self[column]), at: column)[0]
  }

  /// Decodes the row. Each property is decoded from the column that its coding key names.
  ///
  /// - Throws: ``FactoryRowError`` if a column is missing, or its value cannot be decoded.
  public func decode<Model: Decodable>(_: Model.Type = Model.self) throws -> Model {
    try Self.decode(Model.self, FactoryValue(.object(members)), at: nil)
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ value: FactoryValue, at column: String?
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      let text = try decoder.singleValueContainer().decode(String.self)
      guard let date = date(text) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "found \"\(text)\", which is not a date"))
      }
      return date
    }
    decoder.dataDecodingStrategy = .custom { decoder in
      let text = try decoder.singleValueContainer().decode(String.self)
      guard let data = bytes(text) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "found \"\(text)\", which is not bytea"))
      }
      return data
    }
    do {
      return try decoder.decode(type, from: Data(value.description.utf8))
    } catch let error as DecodingError {
      throw FactoryRowError(error, at: column, of: type)
    }
  }

  /// PostgreSQL's dates and timestamps in JSON: `2026-03-01`, `2026-03-01T12:30:00.5`, `2026-03-01T12:30:00+02:00`.
  private static func date(_ text: String) -> Date? {
    // Without an offset it is UTC, and without a time midnight.
    let time = text.firstIndex(of: "T")
    let hasOffset = time.map { text[$0...].contains { "+-Z".contains($0) } } ?? false
    let full = text + (time == nil ? "T00:00:00" : "") + (hasOffset ? "" : "Z")
    let styles = [
      Date.ISO8601FormatStyle(timeZoneSeparator: .colon),
      Date.ISO8601FormatStyle(timeZoneSeparator: .colon, includingFractionalSeconds: true),
    ]
    return styles.lazy.compactMap { try? $0.parse(full) }.first
  }

  /// `\x0a1b`
  private static func bytes(_ text: String) -> Data? {
    guard text.hasPrefix("\\x"), text.utf8.count % 2 == 0 else { return nil }
    let digits = Array(text.utf8.dropFirst(2))
    var data = Data()
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16) else {
        return nil
      }
      data.append(byte)
    }
    return data
  }
}

/// A row does not have what a test asks for.
public struct FactoryRowError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The column, what was found and what was expected.
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ error: DecodingError, at column: String?, of type: Any.Type) {
    func place(_ context: DecodingError.Context) -> String {
      var path = context.codingPath.map(\.stringValue)
      // A single column is decoded as an element.
      if let column { path = [column] + path.dropFirst() }
      return path.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      let names = context.codingPath.map(\.stringValue) + [key.stringValue]
      description = "the row has no column '\(names.joined(separator: "."))', which \(type) decodes"
    case .valueNotFound(let wanted, let context):
      description = "column '\(place(context))' is NULL; decode an optional \(wanted) instead"
    case .typeMismatch(let wanted, let context):
      description = "column '\(place(context))' cannot be decoded as \(wanted): \(context.debugDescription)"
    case .dataCorrupted(let context):
      description = "column '\(place(context))': \(context.debugDescription)"
    @unknown default: description = "\(error)"
    }
  }
}
