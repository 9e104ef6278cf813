/// What a database is for.
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

  /// The name as it is written.
  public var description: String { rawValue }
}
