import SeedTesting
import Testing

/// Runs what the pages show, each page in a folder and a database of its own, and compares the output.
@Suite("Documentation")
struct DocumentationTests {
  /// Pages whose commands continue with the seeder of another page.
  private static let precedents = ["Documentation/troubleshooting.md": "README.md"]

  @Test(
    "the commands of a page work and print what it shows",
    arguments: try DocumentationPage.all().filter { !$0.steps.isEmpty || !$0.faults.isEmpty })
  func works(page: DocumentationPage) async throws {
    #expect(page.faults.isEmpty)
    var steps = page.steps
    if let name = Self.precedents[page.name] {
      // Its first chapter: the table, the files, and two runs.
      steps = try DocumentationPage(named: name).steps.prefix(4) + steps
    }
    let results = try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try await PageRun(database: database, folder: folder.path).results(of: steps)
      }
    }
    for (index, step) in steps.enumerated() {
      guard results.indices.contains(index) else {
        Issue.record("line \(step.line): the shell ended here, or before it")
        return
      }
      let result = results[index]
      let isFailureShown = steps.indices.contains(index + 1) && steps[index + 1].command == "echo $?"
      #expect(
        result.exitCode == 0 || isFailureShown,
        "line \(step.line): exit code \(result.exitCode): \(step.command)\n\(result.output)")
      guard !step.output.isEmpty else { continue }
      let isShown = PageOutput.matches(result.output, step.output)
      #expect(
        isShown,
        "line \(step.line): \(step.command)\nprinted:\n\(result.output)\nthe page shows:\n\(step.output)")
    }
  }

  @Test("blocks are run, or marked with the reason why not")
  func marks() {
    let page = DocumentationPage(
      name: "x",
      text: """
        <!-- not run: needs Docker -->
        ```sh
        docker ps
        ```
        <!-- not run -->
        ```sh
        docker ps
        ```
        <!-- not run: too far -->

        ```console
        $ echo a \\
          b
        a b
        $ cat c
        ```
        ```console
        output
        ```
        <!-- runs until stopped; ready: "listening" -->
        ```console
        $ serve
        ```
        """)
    #expect(page.steps.map(\.command) == ["echo a \\\n  b", "cat c", "serve"])
    #expect(page.steps.map(\.output) == ["a b\n", "", ""])
    #expect(page.steps.last?.kind == .server(ready: "listening"))
    #expect(page.faults.map { $0.prefix { $0 != ":" } } == ["line 6", "line 10", "line 18"])
  }

  @Test("outputs are compared without what differs from run to run")
  func comparison() {
    func isShown(_ output: String, by page: String) -> Bool { PageOutput.matches(output, page) }
    #expect(isShown("seeded  a  3 inserted  1.2 s\n", by: "seeded  a   3 inserted  28 ms"))
    #expect(!isShown("seeded  a  4 inserted  1.2 s\n", by: "seeded  a   3 inserted  28 ms"))
    #expect(isShown("a\nb\nc\nd\n", by: "a\n…\nd\n"))
    #expect(isShown("a\nd\n", by: "a\n…\nd\n"))
    #expect(!isShown("a\nb\nd\ne\n", by: "a\n…\nd\n"))
    #expect(!isShown("a\nb\n", by: "a\n"))
    #expect(isShown(#"{"id":1,"status":"pending","x":2}"#, by: #"{"id":1,…,"x":2}"#))
    #expect(!isShown(#"{"id":1,"x":2}"#, by: #"{"id":1,…,"status":…}"#))
    #expect(isShown("at 2026-11-29T21:03:45.205Z in 1 ms", by: "at 2026-11-21T00:00:00Z in 2.5 s"))
  }
}
