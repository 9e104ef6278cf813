/// Splits a text into lowercase words at whitespace and punctuation.
///
/// Compound names are read in both ways. `asyncpg.InterfaceError` yields the words `asyncpg`, `interface`, `error`
/// and `interfaceerror`, and the whole identifier. Scripts without spaces between words yield each pair of adjacent
/// characters.
struct WordReader {
  /// The kind of a unit.
  enum Unit {
    /// A word, or a part of an identifier.
    case word
    /// A whole name joined by dots, hyphens or other connectors.
    case identifier
  }

  /// The class of a character.
  private enum Class {
    case lower, upper, digit, connector, unspaced, mark, separator
  }

  private let visit: (Unit, [UInt8]) -> Void
  /// The current part, lowercase in UTF-8, with the class of each byte.
  private var part: [UInt8] = []
  private var classes: [Class] = []
  /// The current name: its parts and connectors.
  private var name: [UInt8] = []
  private var wordCount = 0
  /// Pending connectors. They belong to the name only if a word follows.
  private var connectors: [UInt8] = []
  private var hasApostrophe = false
  private var lastUnspaced: [UInt8] = []

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - visit: called for each unit with its UTF-8 bytes.
  static func read(_ text: some StringProtocol, visit: (Unit, [UInt8]) -> Void) {
    withoutActuallyEscaping(visit) { visit in
      var reader = WordReader(visit: visit)
      for scalar in text.unicodeScalars { reader.add(scalar) }
      reader.endName()
    }
  }

  private init(visit: @escaping (Unit, [UInt8]) -> Void) { self.visit = visit }

  private mutating func add(_ scalar: Unicode.Scalar) {
    let kind = Self.classify(scalar)
    if kind != .unspaced { lastUnspaced.removeAll(keepingCapacity: true) }
    switch kind {
    case .lower, .upper, .digit:
      if !connectors.isEmpty {
        name += connectors
        connectors.removeAll(keepingCapacity: true)
      }
      append(scalar, kind)
    case .connector:
      guard !(part.isEmpty && connectors.isEmpty) else { return }
      endPart()
      if scalar == "'" || scalar == "\u{2019}" { hasApostrophe = true }
      connectors.append(scalar.isASCII ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "'"))
    case .unspaced:
      endName()
      let bytes = Array(String(scalar).utf8)
      if !lastUnspaced.isEmpty { visit(.word, lastUnspaced + bytes) }
      lastUnspaced = bytes
    case .mark: break
    case .separator: endName()
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ kind: Class) {
    if scalar.isASCII {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      part.append(kind == .upper ? byte | 0x20 : byte)
      classes.append(kind)
    } else {
      for byte in scalar.properties.lowercaseMapping.utf8 {
        part.append(byte)
        classes.append(kind)
      }
    }
  }

  /// Emits the part and, if it is camel case, its components.
  private mutating func endPart() {
    guard !part.isEmpty else { return }
    if isPluralOfCapitals {
      part.removeLast()
    } else if isCamelCase {
      var start = 0
      for index in 1..<part.count where isBoundary(index) {
        give(Array(part[start..<index]))
        start = index
      }
      give(Array(part[start...]))
    }
    give(part)
    name += part
    part.removeAll(keepingCapacity: true)
    classes.removeAll(keepingCapacity: true)
  }

  private mutating func endName() {
    endPart()
    if wordCount > 1, !hasApostrophe { visit(.identifier, name) }
    name.removeAll(keepingCapacity: true)
    connectors.removeAll(keepingCapacity: true)
    wordCount = 0
    hasApostrophe = false
  }

  private mutating func give(_ word: [UInt8]) {
    wordCount += 1
    // Skip single letters, but not single digits.
    guard word.count > 1 || classes.first == .digit else { return }
    visit(.word, word)
  }

  /// Whether the part is a plural like `URLs`, which is not camel case.
  private var isPluralOfCapitals: Bool {
    part.count > 2 && part.last == UInt8(ascii: "s") && classes.last == .lower
      && !classes.dropLast().contains(.lower) && classes.first == .upper
  }

  /// Whether the part is camel case, such as `clientId` or `HTTPServer`.
  private var isCamelCase: Bool {
    guard classes.count > 2 else { return false }
    return (1..<classes.count).contains { isBoundary($0) && classes[$0 - 1] != .digit }
  }

  private func isBoundary(_ index: Int) -> Bool {
    guard classes[index] == .upper else { return false }
    if classes[index - 1] != .upper { return true }
    return index + 1 < classes.count && classes[index + 1] == .lower
  }

  private static func classify(_ scalar: Unicode.Scalar) -> Class {
    switch scalar {
    case "a"..."z": .lower
    case "A"..."Z": .upper
    case "0"..."9": .digit
    case ".", "_", ":", "/", "'", "-", "\u{2019}": .connector
    case _ where scalar.isASCII: .separator
    // Kana, Han and Hangul, without rare blocks.
    case "\u{3040}"..."\u{30FF}", "\u{3400}"..."\u{9FFF}", "\u{AC00}"..."\u{D7AF}", "\u{20000}"..."\u{3FFFF}":
      .unspaced
    case _ where scalar.properties.isAlphabetic: scalar.properties.isUppercase ? .upper : .lower
    case _ where scalar.properties.numericType == .decimal: .digit
    case _ where scalar.properties.generalCategory == .nonspacingMark: .mark
    default: .separator
    }
  }
}
