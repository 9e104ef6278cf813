/// An e-mail address in the one form in which it is stored: in lower case.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  /// What an address looks like, for error texts.
  public static let rule = "an email address of at most 320 bytes, such as name@example.com"

  /// The address.
  public let description: String

  /// Takes an address as somebody typed it; letters become lower case.
  ///
  /// Nil unless it is a name, an `@` and a domain with a dot inside, without blanks and control
  /// characters. Whether mail arrives is not ours to tell.
  public init?(_ text: String) {
    let address = text.lowercased()
    guard Self.isAddress(address) else { return nil }
    description = address
  }

  static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let labels = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
    return parts.count == 2 && !parts[0].isEmpty && labels.count > 1 && !labels.contains("")
      && text.utf8.count <= 320
      && text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
          .spaceSeparator:
          false
        default: true
        }
      }
  }
}
