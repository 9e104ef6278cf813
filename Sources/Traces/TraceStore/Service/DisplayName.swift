/// The public name of a contributor.
///
/// Names need not be unique, because they are shown with a part of the user's ID. They contain nothing that changes how
/// the text around them is shown.
public struct DisplayName: Hashable, Sendable, CustomStringConvertible {
  /// The expected form, for error messages.
  public static let rule =
    "a name of 1 to 200 characters without control characters, text direction controls and invisible characters"

  /// The name, without surrounding whitespace.
  public let description: String

  /// Parses a name. Returns nil if it violates the ``rule``.
  public init?(_ text: String) {
    guard text.unicodeScalars.count <= 200,
      text.unicodeScalars.allSatisfy({ scalar in !Self.hidden.contains { $0.contains(scalar.value) } })
    else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return nil }
    description = words.joined(separator: " ")
  }

  /// Whether two names look alike: compared without case, accents, width, punctuation and spaces, and with letters of
  /// other scripts that look like Latin ones.
  public func isLike(_ other: String) -> Bool { Self.skeleton(description) == Self.skeleton(other) }

  /// Controls, line separators, and the categories Format and Default_Ignorable_Code_Point of Unicode 16. The OpenAPI
  /// document has the same list.
  private static let hidden: [ClosedRange<UInt32>] = [
    0x0...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x34F...0x34F, 0x600...0x605, 0x61C...0x61C, 0x6DD...0x6DD,
    0x70F...0x70F, 0x890...0x891, 0x8E2...0x8E2, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
    0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164...0x3164, 0xFE00...0xFE0F, 0xFEFF...0xFEFF,
    0xFFA0...0xFFA0, 0xFFF0...0xFFFB, 0x110BD...0x110BD, 0x110CD...0x110CD, 0x13430...0x1343F,
    0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF,
  ]

  /// Letters of Cyrillic and Greek that look like Latin ones, after conversion to lowercase.
  private static let lookalikes: [Character: Character] = [
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l",
    "м": "m",
    "н": "h", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y", "ԝ": "w", "х": "x", "ѵ": "v",
    "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "m", "ν": "v", "ο": "o", "ρ": "p",
    "τ": "t",
    "υ": "u", "χ": "x", "γ": "y", "0": "o", "1": "l",
  ]

  private static func skeleton(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars
    where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      let base = letter(scalar) ?? Character(String(scalar).lowercased())
      result.append(lookalikes[base] ?? base)
    }
    return result
  }

  /// The Latin letter of which a character is a variant: with an accent, of another width or style, or the letter of
  /// the same name in another script. All of these names end with the letter: `FULLWIDTH LATIN SMALL LETTER A`,
  /// `MATHEMATICAL BOLD SMALL A`, `LATIN SMALL LETTER A WITH ACUTE`, `CYRILLIC SMALL LETTER A`.
  private static func letter(_ scalar: Unicode.Scalar) -> Character? {
    guard let name = scalar.properties.name?.split(separator: " "),
      let word = name.prefix(while: { $0 != "WITH" }).last, word.utf8.count == 1
    else { return nil }
    return Character(word.lowercased())
  }
}
