/// Makes texts comparable that look alike.
public enum TextFolding {
  /// Controls, line separators, and the categories Format and Default_Ignorable_Code_Point of Unicode 16. The OpenAPI
  /// document has the same list.
  private static let hidden: [ClosedRange<UInt32>] = [
    0x0...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x34F...0x34F, 0x600...0x605, 0x61C...0x61C, 0x6DD...0x6DD,
    0x70F...0x70F, 0x890...0x891, 0x8E2...0x8E2, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
    0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164...0x3164, 0xFE00...0xFE0F, 0xFEFF...0xFEFF,
    0xFFA0...0xFFA0, 0xFFF0...0xFFFB, 0x110BD...0x110BD, 0x110CD...0x110CD, 0x13430...0x1343F,
    0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF,
  ]

  /// Letters of Cyrillic and Greek that look like Latin ones, after conversion to lowercase, and digits that look like
  /// letters.
  static let lookalikes: [Character: Character] = [
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l",
    "м": "m",
    "н": "h", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y", "ԝ": "w", "х": "x", "ѵ": "v",
    "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "m", "ν": "v", "ο": "o", "ρ": "p",
    "τ": "t",
    "υ": "u", "χ": "x", "γ": "y", "0": "o", "1": "l",
  ]

  /// Whether a character is a control or invisible.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool { hidden.contains { $0.contains(scalar.value) } }

  /// The Latin letter of which a character is a variant: with an accent, of another width or style, or the letter of
  /// the same name in another script. All of these names end with the letter: `FULLWIDTH LATIN SMALL LETTER A`,
  /// `MATHEMATICAL BOLD SMALL A`, `LATIN SMALL LETTER A WITH ACUTE`, `CYRILLIC SMALL LETTER A`.
  static func letter(_ scalar: Unicode.Scalar) -> Character? {
    guard let name = scalar.properties.name?.split(separator: " "),
      let word = name.prefix(while: { $0 != "WITH" }).last, word.utf8.count == 1
    else { return nil }
    return Character(word.lowercased())
  }

  /// The text without invisible characters, and with plain characters in place of those that differ from them only in
  /// width or style, such as `ｘ` and `𝐱`. Texts in any script stay as they are.
  public static func plain(_ text: String) -> String {
    map(text) { scalar in
      switch scalar.value {
      case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0).map { String($0) } ?? ""
      case 0x1D400...0x1D7FF: letter(scalar).map { String($0) } ?? String(scalar)
      default: String(scalar)
      }
    }
  }

  /// The text for a comparison of words: ``plain(_:)``, with spaces in place of punctuation, without accents, and with
  /// Latin letters in place of those that look like them.
  static func words(_ text: String) -> String {
    map(plain(text)) { scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark: ""
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark,
        .decimalNumber, .letterNumber, .otherNumber, .enclosingMark:
        base(scalar)
      default: " "
      }
    }
  }

  private static func base(_ scalar: Unicode.Scalar) -> String {
    let lower = scalar.properties.lowercaseMapping
    return (lower.first.flatMap { lookalikes[$0] } ?? letter(scalar)).map { String($0) } ?? lower
  }

  /// Replaces the characters of other than ASCII. Most texts have few of them, so that each is looked up once.
  private static func map(_ text: String, _ replacement: (Unicode.Scalar) -> String) -> String {
    guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
    var known: [Unicode.Scalar: String] = [:]
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        result.unicodeScalars.append(scalar)
      } else if let text = known[scalar] {
        result += text
      } else {
        let text = !isHidden(scalar) ? replacement(scalar) : scalar.properties.isWhitespace ? " " : ""
        known[scalar] = text
        result += text
      }
    }
    return result
  }
}
