import SeedKit
import Testing
import TraceStore

@Suite("The rules of a good trace")
struct TraceLintTests {
  private static let sentence = "The pool gave no connection within thirty seconds and the request failed. "
  private static let context = String(repeating: sentence, count: 5)
  private static let solution = String(repeating: sentence, count: 8) + "\n\n```python\nprint(1)\n```\n"

  private func trace(
    title: String = "Connection pool runs dry under load", context: String = Self.context,
    solution: String = Self.solution, tags: [String] = ["pooling", "python", "postgresql"]
  ) -> [String: JSON] {
    ["title": .text(title), "context": .text(context), "solution": .text(solution), "tags": .texts(tags)]
  }

  private enum JSON {
    case text(String)
    case texts([String])

    var description: String {
      switch self {
      case .text(let text):
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
          + "\""
      case .texts(let texts): "[" + texts.map { JSON.text($0).description }.joined(separator: ",") + "]"
      }
    }
  }

  private func inspect(
    _ traces: [[String: JSON]], _ lint: TraceLint = TraceLint()
  ) throws -> FixtureInspection {
    let records = traces.map { trace in
      "{" + trace.map { "\"\($0.key)\": \($0.value.description)" }.sorted().joined(separator: ", ") + "}"
    }
    let json = "[" + records.joined(separator: ",\n") + "]"
    return lint.inspect(try TraceImport.read([FixtureFile(name: "t.json", bytes: Array(json.utf8))]))
  }

  private func findings(_ trace: [String: JSON]) throws -> [String] {
    try inspect([trace]).findings.map { "\($0.field ?? "-"): \($0.found)" }
  }

  @Test("accept a long enough trace with code")
  func good() throws {
    let inspection = try inspect([trace()])
    #expect(inspection.findings == [])
    #expect(inspection.records == 1)
    #expect(inspection.documents.map(\.title) == ["Connection pool runs dry under load"])
  }

  @Test("require minimum lengths")
  func lengths() throws {
    #expect(try findings(trace(title: "Pool")) == ["title: 4 characters"])
    #expect(try findings(trace(context: "Short.")) == ["context: 6 characters"])
    #expect(try findings(trace(solution: "```sh\nls\n```")) == ["solution: 12 characters"])
  }

  @Test("require closed, complete code blocks with a language")
  func code() throws {
    func solution(_ code: String) -> [String: JSON] {
      trace(solution: String(repeating: Self.sentence, count: 9) + "\n" + code)
    }
    #expect(try findings(solution("no code")) == ["solution: no code block"])
    #expect(try findings(solution("```\nls\n```")) == ["solution: code block 1 without a language"])
    #expect(try findings(solution("```sh\nls")) == ["solution: unclosed code block 1"])
    #expect(try findings(solution("```sh\n\n```")) == ["solution: code block 1 without content"])
    #expect(
      try findings(solution("```sh\nls\n```\n~~~python\nx = 1\n  # ...\n~~~"))
        == ["solution: code block 2 with '# ...'"])
    #expect(try findings(solution("````text\n```\n````\n")) == [], "a longer fence holds a shorter one")
  }

  @Test("reject filler phrases and placeholders, but not the same letters inside a word")
  func filler() throws {
    #expect(
      try findings(trace(context: Self.context + "It's important to note that seamlessly."))
        == ["context: the filler phrase 'it s important to note'", "context: the filler phrase 'seamlessly'"])
    #expect(
      try findings(trace(context: Self.context + "TO" + "DO: more")) == [
        "context: the placeholder 'TO" + "DO'"
      ])
    #expect(try findings(trace(context: Self.context + "A delver unleashed.")) == [])
  }

  @Test("require three to six normalized tags of the vocabulary, without duplicates")
  func tags() throws {
    #expect(try findings(trace(tags: ["python", "pooling"])) == ["tags: 2 tags"])
    #expect(
      try findings(trace(tags: ["Python", "pooling", "pooling"])) == [
        "tags[1]: 'Python'", "tags[3]: the duplicate tag 'pooling'",
      ])
    let vocabulary = Set(["pooling", "python", "postgresql"].compactMap(TagName.init))
    let found = try inspect(
      [trace(tags: ["pooling", "python", "postgres"])], TraceLint(vocabulary: vocabulary))
    #expect(found.findings.map(\.expected) == ["a tag of the vocabulary, such as 'postgresql'"])
  }

  @Test("require topics of the configured size")
  func topics() throws {
    let traces = [
      trace(), trace(title: "Connection pool leaks when a task is cancelled"),
      trace(title: "Vacuum never ends on a busy table", tags: ["vacuum", "postgresql", "locking"]),
    ]
    let found = try inspect(traces, TraceLint(topicSize: 2...3))
    #expect(found.findings.map(\.found) == ["the topic 'vacuum' with 1 trace"])
    #expect(found.notes == ["2 topics, 5 different tags"])
  }
}
