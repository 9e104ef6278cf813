/// The types that read a text as it is, without losing a character of it.
enum PlainValue {
  /// Leading zeros and signs mean that a text of digits is no number: `0047` is a dialing code.
  static func kinds(of text: ArraySlice<UInt8>) -> FieldProfile.Kinds {
    guard let first = text.first else { return [] }
    if isDigit(first) || first == UInt8(ascii: "-") {
      if let number = numberKinds(text) { return number }
      return text.count == 36 ? uuid(text) : moment(text)
    }
    switch text.count {
    case 1, 4, 5:
      let word = String(decoding: text, as: UTF8.self).lowercased()
      return ["t", "f", "true", "false"].contains(word) ? .boolean : []
    case 36: return uuid(text)
    default: return []
    }
  }

  /// The notations of bytes that a text has.
  static func bytes(of text: ArraySlice<UInt8>) -> FieldProfile.Kinds {
    guard !text.isEmpty, text.count.isMultiple(of: 2) else { return [] }
    var kinds: FieldProfile.Kinds = []
    if text.allSatisfy({ isDigit($0) || (0x61...0x66).contains($0 | 0x20) }) { kinds.insert(.hexadecimal) }
    guard text.count.isMultiple(of: 4) else { return kinds }
    let digits = text.dropLast(text.suffix(2).count { $0 == UInt8(ascii: "=") })
    let isBase64 = digits.allSatisfy { byte in
      isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: "/")
    }
    if isBase64 { kinds.insert(.base64) }
    return kinds
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Nil if the text is no number.
  private static func numberKinds(_ text: ArraySlice<UInt8>) -> FieldProfile.Kinds? {
    var rest = text
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit)
    guard !whole.isEmpty, whole.count == 1 || whole.first != 0x30 else { return nil }
    rest = rest[whole.endIndex...]
    guard !rest.isEmpty else {
      guard text.count < 20, let value = Int64(String(decoding: text, as: UTF8.self)) else { return .number }
      return Int32(exactly: value) == nil ? [.bigint, .number] : .numbers
    }
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: isDigit)
      guard !fraction.isEmpty else { return nil }
      rest = rest[fraction.endIndex...]
    }
    if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      // `numeric` has at most 131,072 digits before the point.
      guard (1...4).contains(rest.count), rest.allSatisfy(isDigit) else { return nil }
      rest = rest[rest.endIndex...]
    }
    return rest.isEmpty ? .number : nil
  }

  private static func uuid(_ text: ArraySlice<UInt8>) -> FieldProfile.Kinds {
    let isValid = zip(text, 0...).allSatisfy { byte, place in
      if [8, 13, 18, 23].contains(place) { return byte == UInt8(ascii: "-") }
      return isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
    return isValid ? .uuid : []
  }

  private static let day = DatePattern("YYYY-MM-DD")
  private static let time = DatePattern("YYYY-MM-DD HH24:MI:SS")

  /// `2026-01-05`, `2026-01-05 10:00:00.25` or `2026-01-05T10:00:00+01:00`.
  private static func moment(_ text: ArraySlice<UInt8>) -> FieldProfile.Kinds {
    guard text.count >= 10, day?.rewritten(text.prefix(10)) != nil else { return [] }
    // A date is also a timestamp.
    guard text.count > 10 else { return [.date, .timestamp] }
    guard text.count >= 19, [0x20, UInt8(ascii: "T")].contains(text[text.startIndex + 10]) else { return [] }
    var plain = Array(text.prefix(19))
    plain[10] = 0x20
    guard time?.rewritten(plain[...]) != nil else { return [] }
    var rest = text.dropFirst(19)
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix(while: isDigit)
      guard (1...6).contains(digits.count) else { return [] }
      rest = rest[digits.endIndex...]
    }
    guard let sign = rest.first else { return .timestamp }
    if rest.elementsEqual([UInt8(ascii: "Z")]) { return .timestampWithZone }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return [] }
    let zone = rest.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard zone.count == 2 || zone.count == 4, zone.allSatisfy(isDigit), zone[0] < 0x32 else { return [] }
    return .timestampWithZone
  }
}
