public import SeedKit

/// The rules for good traces, in addition to those required for seeding.
public struct TraceLint: Sendable {
  /// The length of a title in characters: a symptom or a goal in one line.
  public static let titleLength = 20...120
  /// The minimum length of a context in characters: a concrete situation needs at least this much.
  public static let minimumContextLength = 300
  /// The minimum length in characters of a solution with complete code.
  public static let minimumSolutionLength = 600
  /// The number of tags of a trace.
  public static let tagCount = 3...6

  private let vocabulary: Set<TagName>?
  private let topicSize: ClosedRange<Int>?

  /// Creates the rules.
  ///
  /// - Parameters:
  ///   - vocabulary: the allowed tags; nil for any.
  ///   - topicSize: the number of traces that share a topic, which is the first tag; nil if the first tag has no
  ///     special meaning.
  public init(vocabulary: Set<TagName>? = nil, topicSize: ClosedRange<Int>? = nil) {
    self.vocabulary = vocabulary
    self.topicSize = topicSize
  }

  /// Checks a set of traces.
  ///
  /// - Returns: the findings, and the traces as documents for finding near-duplicates.
  public func inspect(_ traces: [LocatedTrace]) -> FixtureInspection {
    let findings = traces.flatMap(findings) + topicFindings(traces)
    let tags = Set(traces.flatMap(\.trace.tags)).count
    let topics = Set(traces.compactMap(\.trace.tags.first)).count
    let note = (topicSize == nil ? "" : "\(topics) topics, ") + "\(tags) different tags"
    return FixtureInspection(
      records: traces.count,
      findings: findings.sorted { ($0.file, $0.record ?? 0) < ($1.file, $1.record ?? 0) },
      documents: traces.map { located in
        FixtureInspection.Document(
          place: located.place, title: located.trace.title,
          text: located.trace.context + "\n" + located.trace.solution)
      },
      notes: traces.isEmpty ? [] : [note])
  }

  private func findings(_ located: LocatedTrace) -> [FixtureFault] {
    let trace = located.trace
    var judge = TraceJudge(place: located.place)
    judge.length(of: trace.title, "title", Self.titleLength)
    judge.length(of: trace.context, "context", Self.minimumContextLength...Int.max)
    judge.length(of: trace.solution, "solution", Self.minimumSolutionLength...Int.max)
    judge.line(trace.title, "title")
    for (field, text) in [("title", trace.title), ("context", trace.context), ("solution", trace.solution)] {
      judge.filler(in: text, field)
      judge.code(in: text, field)
    }
    if CodeBlock.all(in: trace.solution).isEmpty {
      judge.add("solution", "no code block", "complete code between ``` and ```")
    }
    judge.tags(located.writtenTags, count: Self.tagCount, vocabulary: vocabulary)
    return judge.findings
  }

  private func topicFindings(_ traces: [LocatedTrace]) -> [FixtureFault] {
    guard let topicSize else { return [] }
    return Dictionary(grouping: traces, by: \.trace.tags.first).compactMap { topic, members in
      guard let topic, let first = members.first, !topicSize.contains(members.count) else { return nil }
      return first.place.fault(
        field: "tags[1]",
        found: "the topic '\(topic)' with \(members.count) trace\(members.count == 1 ? "" : "s")",
        expected: "\(topicSize.lowerBound) to \(topicSize.upperBound) traces per topic")
    }
  }
}
