/// An email address in the stored form, which is lowercase.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  /// The expected form, for error messages.
  public static let rule = "an email address of at most 320 bytes, such as name@example.com"

  /// The address.
  public let description: String

  /// Parses an address and converts it to lowercase.
  ///
  /// Returns nil unless it has a name, an `@` and a domain with a dot, without whitespace and control characters.
  /// Does not check whether the address exists.
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
