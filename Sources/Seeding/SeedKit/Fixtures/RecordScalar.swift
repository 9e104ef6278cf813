import FoundationEssentials

/// Decodes a scalar type.
struct RecordScalar {
  private enum Kind {
    case string, number, flag
  }

  private let expected: String
  private let kind: Kind
  private let standIn: Any
  private let parse: (String) -> Any?

  private init(_ expected: String, _ kind: Kind, standIn: Any, _ parse: @escaping (String) -> Any?) {
    self.expected = expected
    self.kind = kind
    self.standIn = standIn
    self.parse = parse
  }

  /// - Returns: nil for types that decode themselves.
  init?(_ type: Any.Type) {
    switch type {
    case _ where type == String.self: self.init("a string", .string, standIn: "") { $0 }
    case _ where type == Bool.self:
      self.init("true or false", .flag, standIn: false) { Self.flags[$0.lowercased()] }
    case _ where type == Double.self: self = Self.floating(Double.self)
    case _ where type == Float.self: self = Self.floating(Float.self)
    case _ where type == Decimal.self:
      // `Decimal` would accept text after the number.
      self.init("a number", .number, standIn: Decimal()) { Double($0) == nil ? nil : Decimal(string: $0) }
    case _ where type == UUID.self: self.init("a UUID", .string, standIn: UUID()) { UUID(uuidString: $0) }
    case _ where type == Date.self:
      self.init("a date such as 2026-03-01T12:30:00Z or 2026-03-01", .string, standIn: Date()) { text in
        Self.dateStyles.lazy.compactMap { try? $0.parse(text) }.first
      }
    case _ where type == Data.self:
      self.init("Base64", .string, standIn: Data()) { Data(base64Encoded: $0) }
    case _ where type == URL.self:
      self.init("a URL", .string, standIn: URL(filePath: "/")) { URL(string: $0) }
    case let type as any FixedWidthInteger.Type: self = Self.integer(type)
    default: return nil
    }
  }

  private static func floating<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _: Number.Type
  ) -> RecordScalar {
    RecordScalar("a number", .number, standIn: Number.zero) {
      Number($0).flatMap { $0.isFinite ? $0 : nil }
    }
  }

  private static func integer<Number: FixedWidthInteger>(_: Number.Type) -> RecordScalar {
    RecordScalar("a whole number from \(Number.min) to \(Number.max)", .number, standIn: Number.zero) {
      Number($0)
    }
  }

  /// The spellings of a Boolean in PostgreSQL.
  private static let flags = [
    "true": true, "t": true, "yes": true, "on": true, "1": true,
    "false": false, "f": false, "no": false, "off": false, "0": false,
  ]

  private static let dateStyles = [
    Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true),
    Date.ISO8601FormatStyle().year().month().day(),
  ]

  /// The value; a stand-in if it is invalid, which is added as a fault.
  func value(of decoder: RecordDecoder) -> Any {
    guard let node = decoder.node(expecting: expected) else { return standIn }
    let text = text(of: node, readsText: decoder.record.readsText)
    if let text, let value = parse(text) { return value }
    // A string is quoted. For other values their kind is enough.
    let found = text == nil ? node.foundDescription : node.quoted
    decoder.fault(at: node.position, found: found, expected: expected)
    return standIn
  }

  private func text(of node: JSONNode, readsText: Bool) -> String? {
    switch (kind, node.value) {
    case (.string, .string(let text)): text
    case (.number, .number(let literal)): literal
    case (.flag, .bool(let flag)): flag ? "true" : "false"
    case (_, .string(let text)) where readsText: text
    default: nil
    }
  }
}
