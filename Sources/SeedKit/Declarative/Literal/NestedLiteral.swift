/// Takes arrays, ranges, multiranges and composite values apart. What is not written as PostgreSQL writes them yields nothing:
/// the server refuses it.
enum NestedLiteral {
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// The values inside a literal, their quotes and escapes resolved. NULL, missing bounds, empty attributes and
  /// `empty` are left out.
  static func values(of literal: ArraySlice<UInt8>, in wrapper: LiteralRule.Wrapper) -> [ArraySlice<UInt8>] {
    switch wrapper {
    case .array: elements(of: literal)
    case .range: bounds(of: trimmed(literal))
    case .multirange: ranges(of: literal)
    case .attribute(let place): attribute(place, of: trimmed(literal))
    }
  }

  private static func trimmed(_ literal: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let end = literal.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? literal.startIndex
    return literal[..<end].drop(while: isBlank)
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func elements(of literal: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    // The bounds of the dimensions may come first: [0:1]={…}.
    guard let open = literal.firstIndex(of: UInt8(ascii: "{")) else { return [] }
    var found: [ArraySlice<UInt8>] = []
    var value: [UInt8] = []
    var isQuoted = false
    func end() {
      let text = isQuoted ? value[...] : trimmed(value[...])
      let isNull = !isQuoted && String(decoding: text, as: UTF8.self).lowercased() == "null"
      if isQuoted || !text.isEmpty, !isNull { found.append(text) }
      value = []
      isQuoted = false
    }
    var index = open
    while index < literal.endIndex {
      let byte = literal[index]
      index += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","): end()
      case backslash where index < literal.endIndex:
        value.append(literal[index])
        index += 1
      case quote:
        isQuoted = true
        value = []
        while index < literal.endIndex, literal[index] != quote {
          if literal[index] == backslash, index + 1 < literal.endIndex { index += 1 }
          value.append(literal[index])
          index += 1
        }
        index += 1
      default: if !isQuoted { value.append(byte) }
      }
    }
    return found
  }

  private static func bounds(of literal: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard let first = literal.first, let last = literal.last, literal.count >= 3,
      first == UInt8(ascii: "[") || first == UInt8(ascii: "("),
      last == UInt8(ascii: "]") || last == UInt8(ascii: ")")
    else { return [] }
    return fields(of: literal).filter { !$0.isEmpty }
  }

  private static func attribute(_ place: Int, of literal: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard literal.count >= 3, literal.first == UInt8(ascii: "("), literal.last == UInt8(ascii: ")") else {
      return []
    }
    let fields = fields(of: literal)
    return fields.indices.contains(place - 1) && !fields[place - 1].isEmpty ? [fields[place - 1]] : []
  }

  /// The values between the brackets of a range or a composite value.
  private static func fields(of literal: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var found: [[UInt8]] = [[]]
    var isInQuotes = false
    var index = literal.startIndex + 1
    while index < literal.endIndex - 1 {
      let byte = literal[index]
      index += 1
      switch byte {
      case backslash:
        found[found.count - 1].append(literal[index])
        index += 1
      case quote where isInQuotes && literal[index] == quote:
        found[found.count - 1].append(quote)
        index += 1
      case quote: isInQuotes.toggle()
      case UInt8(ascii: ",") where !isInQuotes: found.append([])
      default: found[found.count - 1].append(byte)
      }
    }
    return found.map { $0[...] }
  }

  private static func ranges(of literal: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
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
          found.append(literal[begun...index])
          start = nil
        }
      default: break
      }
      index += 1
    }
    return found
  }
}
