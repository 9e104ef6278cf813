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
