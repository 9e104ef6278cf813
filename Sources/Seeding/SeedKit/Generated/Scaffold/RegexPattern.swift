/// Turns simple regular expressions into formats of the generator `pattern`.
enum RegexPattern {
  struct Format: Hashable {
    /// The format, whose letters are lower case or upper case.
    let text: String
    let isLowerCase: Bool
    /// The regular expression that the values match; nil for `LIKE`.
    var expression: String?
  }

  private enum Piece {
    case digit
    case upper
    case lower
    /// A letter of either case.
    case letter
    case literal(Character)
  }

  /// A format whose values match; nil for an expression that is not simple.
  static func format(_ expression: String, ignoresCase: Bool) -> Format? {
    var rest = expression[...]
    if rest.hasPrefix("^") { rest.removeFirst() }
    guard let pieces = alternatives(&rest), rest.isEmpty else { return nil }
    var format = format(pieces)
    format.expression = (ignoresCase ? "(?i)" : "") + expression
    return format
  }

  /// A format for `LIKE`.
  static func format(like text: String) -> Format? {
    var pieces: [Piece] = []
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case "%": pieces += Array(repeating: Piece.letter, count: 4)
      case "_": pieces.append(.letter)
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        pieces.append(.literal(next))
      default: pieces.append(.literal(character))
      }
    }
    return format(pieces)
  }

  private static func format(_ pieces: [Piece]) -> Format {
    // The generator has letters of one case. Those of the other become a constant.
    let upper = pieces.count { if case .upper = $0 { true } else { false } }
    let lower = pieces.count { if case .lower = $0 { true } else { false } }
    let isLower = lower > upper
    var text = ""
    // The generator numbers its values, so further places become constants.
    var places = 0
    func place(_ symbol: Character, _ constant: Character) {
      places += 1
      text.append(places <= maximumPlaces ? symbol : constant)
    }
    for piece in pieces {
      switch piece {
      case .digit: place("#", "0")
      case .letter: place("?", isLower ? "x" : "X")
      case .upper: isLower ? text.append("X") : place("?", "X")
      case .lower: isLower ? place("?", "x") : text.append("x")
      case .literal(let character):
        if "#?\\".contains(character) { text.append("\\") }
        text.append(character)
      }
    }
    return Format(text: text, isLowerCase: isLower)
  }

  /// 26 to the power of 13 is below 2⁶³.
  private static let maximumPlaces = 13

  /// The first alternative.
  private static func alternatives(_ rest: inout Substring) -> [Piece]? {
    guard let first = sequence(&rest) else { return nil }
    while rest.first == "|" {
      rest.removeFirst()
      guard sequence(&rest) != nil else { return nil }
    }
    return first
  }

  private static func sequence(_ rest: inout Substring) -> [Piece]? {
    var pieces: [Piece] = []
    while let character = rest.first, character != "|", character != ")" {
      rest.removeFirst()
      let unit: [Piece]
      switch character {
      case "$":
        guard rest.isEmpty || rest.first == ")" || rest.first == "|" else { return nil }
        continue
      case "^": continue
      case "(":
        if rest.hasPrefix("?:") {
          rest.removeFirst(2)
        } else if rest.hasPrefix("?") {
          return nil
        }
        guard let inner = alternatives(&rest), rest.popFirst() == ")" else { return nil }
        unit = inner
      case "[":
        guard let piece = charClass(&rest) else { return nil }
        unit = [piece]
      case ".": unit = [.letter]
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        switch next {
        case "d": unit = [.digit]
        case "w": unit = [.letter]
        case "s": unit = [.literal(" ")]
        case "m", "M", "A", "Z", "y": continue
        case _ where next.isLetter || next.isNumber: return nil
        default: unit = [.literal(next)]
        }
      case "*", "+", "?", "{": return nil
      default: unit = [.literal(character)]
      }
      guard let count = repetitions(&rest) else { return nil }
      guard pieces.count + unit.count * count < 200 else { return nil }
      for _ in 0..<count { pieces += unit }
    }
    return pieces
  }

  /// How often a part is repeated: often enough for many distinct values, if that is allowed.
  private static func repetitions(_ rest: inout Substring) -> Int? {
    let count: Int
    switch rest.first {
    case "*", "+":
      rest.removeFirst()
      count = 6
    case "?":
      rest.removeFirst()
      count = 0
    case "{":
      guard let end = rest.firstIndex(of: "}") else { return nil }
      let inside = rest[rest.index(after: rest.startIndex)..<end]
      let limits = inside.split(separator: ",", omittingEmptySubsequences: false)
      guard let low = limits.first.flatMap({ Int($0) }) else { return nil }
      rest = rest[rest.index(after: end)...]
      if limits.count == 1 {
        count = low
      } else {
        count = max(low, min(Int(limits[1]) ?? 6, 6))
      }
    default: return 1
    }
    if rest.first == "?" { rest.removeFirst() }
    return count
  }

  private static func charClass(_ rest: inout Substring) -> Piece? {
    guard rest.first != "^" else { return negatedClass(&rest) }
    var ranges: [ClosedRange<Character>] = []
    var isFirst = true
    while let character = rest.popFirst() {
      if character == "]", !isFirst { return piece(of: ranges) }
      isFirst = false
      if character == "[" {
        guard rest.hasPrefix(":"), let end = rest.firstRange(of: ":]") else { return nil }
        switch rest[..<end.lowerBound] {
        case ":alpha": ranges += ["A"..."Z", "a"..."z"]
        case ":digit": ranges.append("0"..."9")
        case ":alnum": ranges += ["A"..."Z", "a"..."z", "0"..."9"]
        case ":upper": ranges.append("A"..."Z")
        case ":lower": ranges.append("a"..."z")
        default: return nil
        }
        rest = rest[end.upperBound...]
        continue
      }
      var low = character
      if character == "\\" {
        guard let next = rest.popFirst() else { return nil }
        switch next {
        case "d":
          ranges.append("0"..."9")
          continue
        case "w":
          ranges += ["A"..."Z", "a"..."z", "0"..."9"]
          continue
        case "s": low = " "
        default: low = next
        }
      }
      if rest.hasPrefix("-"), let high = rest.dropFirst().first, high != "]", low <= high {
        rest.removeFirst(2)
        ranges.append(low...high)
      } else {
        ranges.append(low...low)
      }
    }
    return nil
  }

  private static func negatedClass(_ rest: inout Substring) -> Piece? {
    var excluded = ""
    rest.removeFirst()
    while let character = rest.popFirst() {
      if character == "]", !excluded.isEmpty { break }
      excluded.append(character)
    }
    return excluded.contains { $0.isLetter && $0 != "s" } ? nil : .letter
  }

  private static func piece(of ranges: [ClosedRange<Character>]) -> Piece? {
    let hasUpper = ranges.contains("A"..."Z")
    let hasLower = ranges.contains("a"..."z")
    if hasUpper, hasLower { return .letter }
    if hasUpper { return .upper }
    if hasLower { return .lower }
    if ranges.contains("0"..."9") { return .digit }
    return ranges.first.map { .literal($0.lowerBound) }
  }
}
