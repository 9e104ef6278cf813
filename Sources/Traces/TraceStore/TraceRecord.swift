public import SeedKit

/// A trace in a fixture: a problem and its solution.
public struct TraceRecord: Hashable, Sendable {
  /// What someone would search for. The natural key among seeded traces.
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

/// A trace and its location in a fixture, for checks.
public struct LocatedTrace: Sendable {
  /// The trace.
  public let trace: TraceRecord
  /// The location of the record.
  public let place: FixturePlace
  /// The tags before normalization.
  public let writtenTags: [String]
}

/// The limits for the parts of a trace.
public enum TraceRules {
  /// The length of a title in characters.
  public static let title = 1...500
  /// The length of the problem and of the solution in characters: far more than a person reads, and far less than
  /// would cause problems for the server.
  public static let text = 1...1_000_000
  /// The length of each of these texts in contributed traces. A search response with fifty of them still has only a few megabytes.
  public static let contributedText = 1...50_000
  /// The number of tags.
  public static let tags = 1...20
  /// The length in characters of the model's name and of its version.
  public static let agent = 1...200
}
