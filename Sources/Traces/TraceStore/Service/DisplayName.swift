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
    let words = text.split(whereSeparator: \.isWhitespace)
    let name = words.joined(separator: " ")
    guard (1...200).contains(name.unicodeScalars.count), name.unicodeScalars.allSatisfy(Self.isVisible),
      !Self.skeleton(name).isEmpty
    else { return nil }
    description = name
  }

  /// Whether two names look alike: compared without case, accents, width, punctuation and spaces, and with letters of
  /// other scripts that look like Latin ones.
  public func isLike(_ other: String) -> Bool { Self.skeleton(description) == Self.skeleton(other) }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

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
