public import SeedKit

/// A trace of a fixture: a problem and its solution.
public struct TraceRecord: Hashable, Sendable {
  /// What someone would type: the natural key among seeded traces.
  public let title: String
  /// The problem, in Markdown.
  public let context: String
  /// The solution, in Markdown.
  public let solution: String
  /// The tags, in the fixture's order.
  public let tags: [TagName]
  /// The model that found the solution.
  public let agentModel: String?
  /// The model's version.
  public let agentVersion: String?
}

/// A trace with its place in a fixture, for whoever judges it.
public struct LocatedTrace: Sendable {
  /// The trace.
  public let trace: TraceRecord
  /// Where it stands.
  public let place: FixturePlace
  /// The tags as they are written there, before they were normalised.
  public let writtenTags: [String]
}

/// How long the parts of a trace may be, be it of a fixture or of a user.
public enum TraceRules {
  /// Characters of a title.
  public static let title = 1...500
  /// Characters of the problem, and of the solution: far above what a person reads, far below what would
  /// trouble the server.
  public static let text = 1...1_000_000
  /// Characters of a user's problem, and of the solution: fifty of them are still an answer of a few megabytes.
  public static let contributedText = 1...50_000
  /// How many tags.
  public static let tags = 1...20
  /// Characters of the name of the model that found the solution, and of its version.
  public static let agent = 1...200
}
