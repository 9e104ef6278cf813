/// Splits arrays, ranges, multiranges and composite values. Malformed literals yield no values, because the server
/// rejects them.
enum NestedLiteral {
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// Passes the values inside a literal to `judge`, unquoted and unescaped. One at a time, because an array of them
  /// would take many times the memory of the literal. NULL, missing bounds, empty attributes and `empty` are left
  /// out.
  ///
  /// - Parameter judge: returns nil to continue.
  /// - Returns: the first result of `judge`.
  static func first(
    in literal: ArraySlice<UInt8>, _ wrappers: ArraySlice<LiteralRule.Wrapper>,
    _ judge: (ArraySlice<UInt8>) -> String?
  ) -> String? {
    guard let wrapper = wrappers.first else { return judge(literal) }
    let judgeInner = { (value: ArraySlice<UInt8>) in first(in: value, wrappers.dropFirst(), judge) }
    switch wrapper {
    case .array: return element(of: literal, judgeInner)
    case .range: return bound(of: trimmed(literal), judgeInner)
    case .multirange: return range(of: literal, judgeInner)
    case .attribute(let place): return attribute(place, of: trimmed(literal), judgeInner)
    }
  }

  static func trimmed(_ literal: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let end = literal.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? literal.startIndex
    return literal[..<end].drop(while: isBlank)
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func element(
    of literal: ArraySlice<UInt8>, _ judge: (ArraySlice<UInt8>) -> String?
  ) -> String? {
    // The bounds of the dimensions may come first: [0:1]={…}.
    guard let open = literal.firstIndex(of: UInt8(ascii: "{")) else { return nil }
    var value: [UInt8] = []
    var isQuoted = false
    func end() -> String? {
      defer {
        value.removeAll(keepingCapacity: true)
        isQuoted = false
      }
      let text = isQuoted ? value[...] : trimmed(value[...])
      return isQuoted || !text.isEmpty && !isNull(text) ? judge(text) : nil
    }
    var index = open
    while index < literal.endIndex {
      let byte = literal[index]
      index += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","):
        if let result = end() { return result }
      case backslash where index < literal.endIndex:
        value.append(literal[index])
        index += 1
      case quote:
        isQuoted = true
        value.removeAll(keepingCapacity: true)
        while index < literal.endIndex, literal[index] != quote {
          if literal[index] == backslash, index + 1 < literal.endIndex { index += 1 }
          value.append(literal[index])
          index += 1
        }
        index += 1
      default: if !isQuoted { value.append(byte) }
      }
    }
    return nil
  }

  private static func isNull(_ text: ArraySlice<UInt8>) -> Bool {
    text.count == 4 && text.lazy.map { $0 | 0x20 }.elementsEqual("null".utf8)
  }

  private static func bound(
    of literal: ArraySlice<UInt8>, _ judge: (ArraySlice<UInt8>) -> String?
  ) -> String? {
    guard let first = literal.first, let last = literal.last, literal.count >= 3,
      first == UInt8(ascii: "[") || first == UInt8(ascii: "("),
      last == UInt8(ascii: "]") || last == UInt8(ascii: ")")
    else { return nil }
    return field(of: literal) { judge($1) }
  }

  private static func attribute(
    _ place: Int, of literal: ArraySlice<UInt8>, _ judge: (ArraySlice<UInt8>) -> String?
  ) -> String? {
    guard literal.count >= 3, literal.first == UInt8(ascii: "("), literal.last == UInt8(ascii: ")") else {
      return nil
    }
    return field(of: literal) { $0 == place ? judge($1) : nil }
  }

  /// The values in the brackets of a range or composite value, with their positions from 1.
  private static func field(
    of literal: ArraySlice<UInt8>, _ judge: (Int, ArraySlice<UInt8>) -> String?
  ) -> String? {
    var value: [UInt8] = []
    var place = 1
    var isInQuotes = false
    var index = literal.startIndex + 1
    while index < literal.endIndex - 1 {
      let byte = literal[index]
      index += 1
      switch byte {
      case backslash:
        value.append(literal[index])
        index += 1
      case quote where isInQuotes && literal[index] == quote:
        value.append(quote)
        index += 1
      case quote: isInQuotes.toggle()
      case UInt8(ascii: ",") where !isInQuotes:
        if !value.isEmpty, let result = judge(place, value[...]) { return result }
        value.removeAll(keepingCapacity: true)
        place += 1
      default: value.append(byte)
      }
    }
    return value.isEmpty ? nil : judge(place, value[...])
  }

  private static func range(
    of literal: ArraySlice<UInt8>, _ judge: (ArraySlice<UInt8>) -> String?
  ) -> String? {
    var start: Int?
    var isInQuotes = false
    var index = literal.startIndex
    while index < literal.endIndex {
      switch literal[index] {
      case backslash: index += 1
      case quote: isInQuotes.toggle()
      case UInt8(ascii: "["), UInt8(ascii: "("): if !isInQuotes { start = index }
      case UInt8(ascii: "]"), UInt8(ascii: ")"):
        if !isInQuotes, let begun = start {
          if let result = judge(literal[begun...index]) { return result }
          start = nil
        }
      default: break
      }
      index += 1
    }
    return nil
  }
}
