/// The purpose of a database. Seeders list the environments in which they may run.
public enum SeedEnvironment: String, Hashable, Sendable, CaseIterable, Codable, CustomStringConvertible {
  /// A developer's own database.
  case dev
  /// Tests.
  case test
  /// Continuous integration.
  case ci
  /// The jobs of continuous integration on a developer's machine.
  case ciLocal = "ci-local"
  /// Real users.
  case production

  /// The name: `dev`, `test`, `ci`, `ci-local`, `production`.
  public var description: String { rawValue }
}

extension SeedEnvironment {
  /// Parses the exact name of an environment.
  ///
  /// - Throws: ``SeedEnvironmentError`` with a suggestion.
  public init(parsing text: String) throws(SeedEnvironmentError) {
    guard let known = SeedEnvironment(rawValue: text) else { throw SeedEnvironmentError(found: text) }
    self = known
  }

  /// The most similar environment, for names that are mistyped, abbreviated (`prod`) or written out
  /// (`development`).
  static func nearest(to text: String) -> SeedEnvironment? {
    if let near = Suggestion.nearest(to: text, in: allCases.map(\.rawValue)).first {
      return Self(rawValue: near)
    }
    let typed = text.lowercased()
    return allCases.first { candidate in
      let name = candidate.rawValue
      return typed.hasPrefix(name) || (typed.count >= 2 && name.hasPrefix(typed))
    }
  }
}

/// An unknown environment.
public struct SeedEnvironmentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text that was given.
  public let found: String
  /// The most similar environment.
  public var suggestion: SeedEnvironment? { .nearest(to: found) }

  /// `unknown environment 'tset'; expected one of dev, test, … Did you mean 'test'?`
  public var description: String {
    let names = SeedEnvironment.allCases.map(\.rawValue).joined(separator: ", ")
    return "unknown environment \(ConfigurationFault.quoted(found)); expected one of \(names)"
      + (suggestion.map { ". Did you mean '\($0)'?" } ?? "")
  }
}
