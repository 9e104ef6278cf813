public import SeedKit

/// The rules of a good trace, beyond those without which it cannot be seeded.
public struct TraceLint: Sendable {
  /// How many characters a title has: a symptom or goal in a line.
  public static let titleLength = 20...120
  /// The least characters of a context: one concrete situation does not fit into fewer.
  public static let minimumContextLength = 300
  /// The least characters of a solution with complete code.
  public static let minimumSolutionLength = 600
  /// How many tags a trace has.
  public static let tagCount = 3...6

  private let vocabulary: Set<TagName>?
  private let topicSize: ClosedRange<Int>?

  /// Makes the rules.
  ///
  /// - Parameters:
  ///   - vocabulary: the tags that may be used; nil for any.
  ///   - topicSize: how many traces share a topic, which the first tag names; nil if the first tag
  ///     is a tag like all others.
  public init(vocabulary: Set<TagName>? = nil, topicSize: ClosedRange<Int>? = nil) {
    self.vocabulary = vocabulary
    self.topicSize = topicSize
  }

  /// Judges a set of traces.
  ///
  /// - Returns: the findings, and the traces as documents to compare.
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
