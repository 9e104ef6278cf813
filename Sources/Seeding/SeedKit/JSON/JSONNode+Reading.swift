extension JSONNode {
  /// The value for messages: `number 12`, `true`, `a string`, `an array`, `an object`. A string is not quoted,
  /// because it may be long or secret.
  public var foundDescription: String {
    switch value {
    case .bool(let value): "\(value)"
    case .number(let literal) where literal.utf8.count <= 40: "number \(literal)"
    case .string(""): "an empty string"
    default: kindDescription
    }
  }

  /// The kind of value for messages: `a number`, `true or false`, `a string`.
  public var kindDescription: String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The value for messages, with up to 60 characters of a string.
  var quoted: String {
    guard case .string(let text) = value, !text.isEmpty else { return foundDescription }
    return "'\(text.prefix(60))\(text.count > 60 ? "…" : "")'"
  }

  /// Whether it is `null`.
  public var isNull: Bool { value == .null }

  /// The value as a string.
  public func string() throws(JSONFault) -> String {
    guard case .string(let text) = value else { throw mismatch("a string") }
    return text
  }

  /// The value as a Boolean. Other values are not converted.
  public func bool() throws(JSONFault) -> Bool {
    guard case .bool(let flag) = value else { throw mismatch("true or false") }
    return flag
  }

  /// The value as a whole number, written without fraction and exponent. JSON5's `0x1F` is accepted.
  ///
  /// - Throws: ``JSONFault``, also for a number that needs more than 64 bits.
  public func int() throws(JSONFault) -> Int {
    guard case .number(let literal) = value else { throw mismatch("a whole number") }
    if let number = Int(literal) ?? Self.hexadecimal(literal) { return number }
    let isWhole = literal.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2B }
    throw mismatch(isWhole ? "a whole number from \(Int.min) to \(Int.max)" : "a whole number")
  }

  /// The value as the nearest floating-point number.
  ///
  /// - Throws: ``JSONFault``, also for a number that is too large.
  public func double() throws(JSONFault) -> Double {
    guard case .number(let literal) = value else { throw mismatch("a number") }
    if let number = Self.hexadecimal(literal) { return Double(number) }
    // JSON5 allows a trailing point, which Swift does not parse.
    guard let number = Double(literal.hasSuffix(".") ? literal + "0" : literal), number.isFinite else {
      throw mismatch("a number whose size is at most 1.8e308")
    }
    return number
  }

  /// The elements of an array.
  public func array() throws(JSONFault) -> [JSONNode] {
    guard case .array(let elements) = value else { throw mismatch("an array") }
    return elements
  }

  /// The members of an object, in the order of the file.
  public func members() throws(JSONFault) -> [JSONMember] {
    guard case .object(let members) = value else { throw mismatch("an object") }
    return members
  }

  /// The member with a key; nil if there is none.
  ///
  /// Takes time in proportion to the number of members.
  public func member(_ key: String) throws(JSONFault) -> JSONMember? {
    try members().first { $0.key == key }
  }

  private func mismatch(_ expected: String) -> JSONFault {
    JSONFault(position: position, path: "", found: foundDescription, expected: expected)
  }

  private static func hexadecimal(_ literal: String) -> Int? {
    var digits = literal[...]
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits.removeFirst() }
    guard digits.hasPrefix("0x") || digits.hasPrefix("0X") else { return nil }
    return Int((isNegative ? "-" : "") + digits.dropFirst(2), radix: 16)
  }
}
