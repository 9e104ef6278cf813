import FoundationEssentials
import Glibc
import SeedTesting
import Testing

@testable import SeedCLI
@testable import SeedKit

@Suite("Reports")
struct ReportTests {
  private func record(_ body: (inout RunRecord) -> Void) -> RunRecord {
    var record = RunRecord(
      command: "ci", runID: UUID(), environment: .ci, startedAt: Date(timeIntervalSince1970: 0))
    body(&record)
    return record
  }

  private func failed(_ faults: [FixtureFault], message: String = "1 error in the data") -> SeederReport {
    SeederReport(
      id: "users", outcome: .failed,
      failure: FailureReport(.invalidData, message: message, fix: nil, faults: faults))
  }

  private let fault = FixtureFault(
    file: "Seeders/a,b:c/x%.json", line: 7, record: 2, field: "name", found: "'50%'\r\n", expected: "a: b, c")

  @Test("a workflow command escapes only the characters that would end it or its properties")
  func annotations() {
    let record = record { $0.seeders = [failed([fault])] }
    let lines = GitHubActions(environment: ["GITHUB_ACTIONS": "true"]).annotations(record)
    #expect(
      lines == [
        "::error file=Seeders/a%2Cb%3Ac/x%25.json,line=7,title=seed-runner%3A users"
          + "::record 2, field 'name': found '50%25'%0D%0A; expected a: b, c [SR-301]"
      ])
  }

  @Test("a fault without a line annotates the file, and the number of annotations is limited")
  func manyAnnotations() {
    let faults = (0..<80).map { FixtureFault(file: "f\($0)", found: "a", expected: "b") }
    let lines = GitHubActions(environment: ["GITHUB_ACTIONS": "true"])
      .annotations(record { $0.seeders = [failed(faults)] })
    #expect(lines[0] == "::error file=f0,title=seed-runner%3A users::found a; expected b [SR-301]")
    #expect(lines.count == GitHubActions.annotationLimit + 1)
    #expect(lines.last == "and 30 more annotations; see the reports for all of them")
  }

  @Test("paths are relative to the repository, independent of the working directory")
  func paths() async throws {
    try await TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/sub/Seeders", withIntermediateDirectories: true)
      try folder.write("", to: "sub/Seeders/a.csv")
      let actions = GitHubActions(
        environment: ["GITHUB_WORKSPACE": folder.path], directory: "\(folder.path)/sub")
      #expect(actions.path("\(folder.path)/sub/Seeders/a.csv") == "sub/Seeders/a.csv")
      #expect(actions.path("./Seeders/a.csv") == "sub/Seeders/a.csv")
      #expect(actions.path("Seeders/built-in.json") == "Seeders/built-in.json", "a file of the program")
      #expect(actions.path("/elsewhere/a.csv") == "/elsewhere/a.csv")
    }
  }

  @Test("XML contains no invalid characters and preserves line breaks in attributes")
  func xml() {
    #expect(
      XMLText.attribute("a<b>&\"c\"\n\t\u{1}\u{FFFE}é")
        == "a&lt;b&gt;&amp;&quot;c&quot;&#10;&#9;\u{FFFD}\u{FFFD}é")
    #expect(XMLText.content("]]>\u{1B}\r\n") == "]]&gt;\u{FFFD}&#13;\n")
  }

  @Test("a fault with several lines stays in one cell of the summary")
  func summary() {
    let text = StepSummary(record: record { $0.seeders = [failed([fault], message: "a|b\n<script>")] }).text
    #expect(text.contains("| users | failed | a\\|b \\<script\\> |"))
    #expect(
      text.contains("- `Seeders/a,b:c/x%.json`:7: record 2, field 'name': found '50%'  ; expected a: b, c"))
  }

  @Test("the exit code is 65 for bad data alone, 1 with another failure, 3 for a failed verification")
  func verdicts() {
    let other = SeederReport(
      id: "tags", outcome: .failed, failure: FailureReport(.invalidData, message: "no", fix: nil))
    let skipped = SeederReport(id: "shares", outcome: .skipped)
    let check = RunRecord.Verification(name: "x", kind: .check, outcome: .failed, found: "y")
    #expect(record { $0.seeders = [failed([fault]), skipped] }.verdict == .badData)
    #expect(record { $0.seeders = [failed([fault]), other] }.verdict == .seederFailed)
    #expect(record { $0.seeders = [skipped] }.verdict == .seederFailed)
    #expect(record { $0.verifications = [check] }.verdict == .drift)
    #expect(record { _ in }.verdict == .success)
  }

  @Test("the step seed fails if seeders fail, and names them")
  func seedStep() {
    let recorder = RunRecorder(command: "ci", runID: UUID(), environment: .ci)
    let failed = failed([fault])
    recorder.recordReport(
      SeedReport(
        runID: UUID(), environment: .ci, startedAt: Date(), duration: .zero, preparation: .zero,
        roundTrips: 0,
        migrations: [], missing: [], seeders: [failed, SeederReport(id: "tags", outcome: .unchanged)],
        leftOut: [],
        retries: []),
      since: .now)
    let steps = recorder.record.steps
    #expect(steps.map(\.failure?.message) == [nil, "1 of 2 seeders failed: users"])
    let junit = JUnitReport(record: recorder.record).text
    #expect(junit.contains(#"<failure message="1 of 2 seeders failed: users""#))
    #expect(junit.contains("failed: 1 error in the data"))
  }

  private static let passed = RunRecord.Verification(
    name: "a", kind: .rows, outcome: .passed, found: "2 rows")
  private static let differs = RunRecord.Verification(
    name: "b", kind: .rows, outcome: .failed, found: "1 row")
  private static let left = RunRecord.Verification(
    name: "c", kind: .rows, outcome: .skipped, found: "not seeded")

  @Test("the step verify has the outcome of its verifications")
  func verifyStep() async throws {
    for (found, outcome) in [
      ([Self.left, Self.left], "skipped"), ([Self.passed, Self.left], "passed"),
      ([Self.passed, Self.differs, Self.left], "failed"), ([], "passed"),
    ] {
      let recorder = RunRecorder(command: "ci", runID: UUID(), environment: .ci)
      try await recorder.step(.verify) { ((), note: CIJob.note(found)) }
      recorder.update { $0.verifications = found }
      recorder.recordVerifyOutcome()
      #expect(RunRecordJSON(recorder.record, isReport: true).steps?.map(\.outcome) == [outcome])
    }
    #expect(CIJob.note([Self.left]) == "nothing was verified: not seeded")
    #expect(CIJob.note([Self.passed, Self.left]) == "no differences; 1 not compared")
    #expect(CIJob.note([Self.passed, Self.differs]) == "1 failed")
  }

  @Test("a report replaces a file atomically, also behind a link, and leaves no temporary file")
  func files() async throws {
    try await TemporaryFolder.with { folder in
      let target = try folder.write("before", to: "target.json")
      let link = "\(folder.path)/link.json"
      #expect(symlink(target, link) == 0)
      let file = try ReportFile(link, option: "report-json")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      try file.write("after")
      #expect(try Data(contentsOf: URL(filePath: target)) == Data("after".utf8))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }
  }

  @Test("a pipe or a folder as a report file is rejected and not changed")
  func refused() async throws {
    try await TemporaryFolder.with { folder in
      let pipe = "\(folder.path)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      for path in [pipe, folder.path, "\(folder.path)/missing/x.json", "\(folder.path)/new/"] {
        #expect(throws: CommandFailure.self) { try ReportFile(path, option: "report-json") }
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names == ["pipe"])
    }
  }
}
