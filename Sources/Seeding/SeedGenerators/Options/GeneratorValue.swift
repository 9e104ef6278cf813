/// A JSON value of a definition, independent of the reader.
package indirect enum GeneratorValue: Sendable, Equatable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number as written, so that no digits are lost.
  case number(String)
  /// A string.
  case string(String)
  /// An array.
  case list([GeneratorValue])
  /// An object: its members in the order of the file.
  case object([GeneratorMember])

  /// The value for messages.
  var found: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let digits): "number \(digits)"
    case .string(let text): "\"\(text.prefix(60))\""
    case .list: "an array"
    case .object: "an object"
    }
  }
}

/// A member of an object.
package struct GeneratorMember: Sendable, Equatable {
  /// The key.
  package let key: String
  /// The value.
  package let value: GeneratorValue

  /// Creates a member.
  package init(_ key: String, _ value: GeneratorValue) {
    self.key = key
    self.value = value
  }
}

extension GeneratorValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .number(String(value)) }
  package init(arrayLiteral elements: GeneratorValue...) { self = .list(elements) }
}

extension GeneratorValue: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, GeneratorValue)...) {
    self = .object(elements.map { GeneratorMember($0.0, $0.1) })
  }
}
