import FoundationEssentials
public import SeedKit

/// A JSON value: a generator in ``FactoryModel/columns``, or the value of a column in a ``FactoryRow``.
///
/// Written as a literal: `"email"`, `["pick": ["free": 8, "pro": 2]]`, `nil`. The keys of an object keep their order.
/// Numbers are equal if their values are: `12.5` and `12.50`.
public struct FactoryValue: Sendable {
  /// The value.
  public let json: JSONValue

  /// Wraps a value.
  public init(_ json: JSONValue) { self.json = json }

  private static func node(_ value: JSONValue) -> JSONNode {
    JSONNode(position: SourcePosition(line: 1, column: 1), value: value)
  }
}

extension FactoryValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self.init(.string(value)) }
  /// A number.
  public init(integerLiteral value: Int) { self.init(.number("\(value)")) }
  /// A number.
  public init(floatLiteral value: Double) { self.init(.number("\(value)")) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
  /// `null`.
  public init(nilLiteral: ()) { self.init(.null) }
}

extension FactoryValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// An array.
  public init(arrayLiteral elements: FactoryValue...) {
    self.init(.array(elements.map { Self.node($0.json) }))
  }

  /// An object.
  public init(dictionaryLiteral elements: (String, FactoryValue)...) {
    self.init(
      .object(
        elements.map { key, value in
          JSONMember(key: key, position: SourcePosition(line: 1, column: 1), value: Self.node(value.json))
        }))
  }
}

extension FactoryValue: Equatable {
  /// Whether the values are equal, independent of the order of keys.
  public static func == (left: FactoryValue, right: FactoryValue) -> Bool {
    switch (left.json, right.json) {
    case (.number(let left), .number(let right)):
      return left == right || Decimal(string: left) == Decimal(string: right)
    case (.array(let left), .array(let right)):
      return left.count == right.count
        && zip(left, right).allSatisfy { FactoryValue($0.value) == FactoryValue($1.value) }
    case (.object(let left), .object(let right)):
      return left.count == right.count
        && left.allSatisfy { member in
          right.contains {
            $0.key == member.key && FactoryValue($0.value.value) == FactoryValue(member.value.value)
          }
        }
    default: return left.json == right.json
    }
  }
}

extension FactoryValue: Encodable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Encodes the value, for use in the overrides of another row.
  public func encode(to encoder: any Encoder) throws {
    switch json {
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(FactoryValue(element.value)) }
    case .object(let members):
      var container = encoder.container(keyedBy: Name.self)
      for member in members {
        try container.encode(FactoryValue(member.value.value), forKey: Name(stringValue: member.key))
      }
    case .null, .bool, .number, .string:
      var container = encoder.singleValueContainer()
      switch json {
      case .bool(let flag): try container.encode(flag)
      case .number(let digits):
        if let number = Int(digits) {
          try container.encode(number)
        } else if let number = Decimal(string: digits) {
          try container.encode(number)
        } else {
          try container.encode(digits)
        }
      case .string(let text): try container.encode(text)
      default: try container.encodeNil()
      }
    }
  }
}

extension FactoryValue: CustomStringConvertible {
  /// The value as JSON.
  public var description: String {
    switch json {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let digits): digits
    case .string(let text): JSONOutput.text(text).description
    case .array(let elements):
      "[" + elements.map { FactoryValue($0.value).description }.joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.map { "\(JSONOutput.text($0.key)): \(FactoryValue($0.value.value))" }.joined(
          separator: ", ")
        + "}"
    }
  }
}
