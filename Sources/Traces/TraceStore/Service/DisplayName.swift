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
      !text.unicodeScalars.contains(where: TextFolding.isHidden)
    else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return nil }
    description = words.joined(separator: " ")
  }

  /// Whether two names look alike: compared without case, accents, width, punctuation and spaces, and with letters of
  /// other scripts that look like Latin ones.
  public func isLike(_ other: String) -> Bool { Self.skeleton(description) == Self.skeleton(other) }

  private static func skeleton(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars
    where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      let base = TextFolding.letter(scalar) ?? Character(String(scalar).lowercased())
      result.append(TextFolding.lookalikes[base] ?? base)
    }
    return result
  }
}
