/// Rejects numbers, addresses and shapes that PostgreSQL would interpret in a surprising way.
enum SystemLiteral {
  /// What is expected instead of an `oid` or similar number; nil if it is read as written.
  static func refusal(ofNumber literal: ArraySlice<UInt8>) -> String? {
    if literal.contains(UInt8(ascii: "-")) {
      return "a number without a sign: PostgreSQL wraps negative numbers around to large ones"
    }
    let digits = NestedLiteral.trimmed(literal).drop { $0 == UInt8(ascii: "+") }
    guard digits.first == UInt8(ascii: "0"), let next = digits.dropFirst().first, (0x30...0x39).contains(next)
    else { return nil }
    return "a number without leading zeros: PostgreSQL reads it as octal"
  }

  /// What is expected instead of an address; nil if it is complete.
  static func refusal(ofNetwork literal: ArraySlice<UInt8>) -> String? {
    guard !literal.contains(UInt8(ascii: ":")) else { return nil }
    let address = literal.prefix { $0 != UInt8(ascii: "/") }
    return address.count { $0 == UInt8(ascii: ".") } == 3
      ? nil : "all four numbers of the address: PostgreSQL would fill in the rest"
  }

  /// Whether a coordinate of a geometric value has a property.
  static func hasCoordinate(_ literal: ArraySlice<UInt8>, _ property: (ArraySlice<UInt8>) -> Bool) -> Bool {
    var rest = literal
    while let start = rest.firstIndex(where: { !isBetweenCoordinates($0) }) {
      let number = rest[start...].prefix { !isBetweenCoordinates($0) }
      if property(number) { return true }
      rest = rest[number.endIndex...]
    }
    return false
  }

  private static func isBetweenCoordinates(_ byte: UInt8) -> Bool {
    switch byte {
    // Boxes in an array are separated by semicolons.
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
      UInt8(ascii: "}"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"):
      true
    default: NestedLiteral.isBlank(byte)
    }
  }
}
