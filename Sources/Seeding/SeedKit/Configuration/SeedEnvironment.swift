/// What a database is for. Seeders name the environments in which they may run.
public enum SeedEnvironment: String, Hashable, Sendable, CaseIterable, Codable, CustomStringConvertible {
  /// A developer's own.
  case dev
  /// For tests.
  case test
  /// For continuous integration.
  case ci
  /// What continuous integration does, on a developer's machine.
  case ciLocal = "ci-local"
  /// Where real users are.
  case production

  /// The name as it is written: `dev`, `test`, `ci`, `ci-local`, `production`.
  public var description: String { rawValue }
}

extension SeedEnvironment {
  /// Reads an environment's name, which must be written exactly.
  ///
  /// - Throws: ``SeedEnvironmentError``, which suggests the nearest name.
  public init(parsing text: String) throws(SeedEnvironmentError) {
    guard let known = SeedEnvironment(rawValue: text) else { throw SeedEnvironmentError(found: text) }
    self = known
  }

  /// The environment that somebody may have meant: one that was mistyped, shortened (`prod`) or
  /// written out (`development`).
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

/// A text that names no environment.
public struct SeedEnvironmentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was given.
  public let found: String
  /// What was probably meant.
  public var suggestion: SeedEnvironment? { .nearest(to: found) }

  /// `unknown environment 'tset'; expected one of dev, test, … Did you mean 'test'?`
  public var description: String {
    let names = SeedEnvironment.allCases.map(\.rawValue).joined(separator: ", ")
    return "unknown environment \(ConfigurationFault.quoted(found)); expected one of \(names)"
      + (suggestion.map { ". Did you mean '\($0)'?" } ?? "")
  }
}
