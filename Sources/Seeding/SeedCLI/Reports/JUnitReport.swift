import FoundationEssentials
import Postgres
import SeedKit

/// The document of `--report-junit`: a test case for each step, seeder and verification. The format is Apache Ant's
/// with Jenkins' additions, which Jenkins, GitLab and GitHub actions read.
struct JUnitReport {
  let record: RunRecord

  private struct Case {
    var name: String
    var time = Duration.zero
    /// The element `failure`, `error` or `skipped` with its message, type and text; nil if the case passed.
    var problem: (element: String, message: String, type: String, text: String)?
    var output: [String] = []
  }

  var text: String {
    let suites = [
      ("run", steps), ("seeders", record.seeders.map(seeder)),
      ("verifications", record.verifications.map(verification)),
    ].filter { !$0.1.isEmpty }
    let cases = suites.flatMap(\.1)
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
    lines.append(
      "<testsuites name=\"\(XMLText.attribute("seed-runner \(record.command)"))\" \(counts(cases)) "
        + "time=\"\(seconds(record.duration))\">")
    for (name, cases) in suites { lines += suite(name, cases) }
    return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
  }

  private func suite(_ name: String, _ cases: [Case]) -> [String] {
    let time = cases.reduce(Duration.zero) { $0 + $1.time }
    // The schema requires the time without fractions and time zone.
    let stamp = record.startedAt.formatted(
      Date.ISO8601FormatStyle().year().month().day().dateTimeSeparator(.standard)
        .time(includingFractionalSeconds: false))
    var lines = [
      "  <testsuite name=\"seed-runner.\(name)\" \(counts(cases)) time=\"\(seconds(time))\" "
        + "timestamp=\"\(stamp)\">"
    ]
    let properties = [
      ("program_version", ProgramVersion.current), ("run_id", record.runID.uuidString.lowercased()),
      ("environment", record.environment.rawValue), ("result", record.result.rawValue),
      ("exit_code", "\(record.exitCode)"),
    ]
    lines.append("    <properties>")
    for (name, value) in properties {
      lines.append("      <property name=\"\(name)\" value=\"\(XMLText.attribute(value))\"/>")
    }
    lines.append("    </properties>")
    for test in cases { lines += element(test, suite: name) }
    return lines + ["  </testsuite>"]
  }

  private func element(_ test: Case, suite: String) -> [String] {
    let head =
      "    <testcase name=\"\(XMLText.attribute(test.name))\" classname=\"seed-runner.\(suite)\" "
      + "time=\"\(seconds(test.time))\""
    guard test.problem != nil || !test.output.isEmpty else { return [head + "/>"] }
    var lines = [head + ">"]
    if let problem = test.problem {
      var line = "      <\(problem.element) message=\"\(XMLText.attribute(problem.message))\""
      if problem.element != "skipped" { line += " type=\"\(XMLText.attribute(problem.type))\"" }
      lines.append(
        problem.text.isEmpty ? line + "/>" : "\(line)>\(XMLText.content(problem.text))</\(problem.element)>")
    }
    if !test.output.isEmpty {
      lines.append("      <system-out>\(XMLText.content(test.output.joined(separator: "\n")))</system-out>")
    }
    return lines + ["    </testcase>"]
  }

  private var steps: [Case] {
    record.steps.map { step in
      var test = Case(name: step.name.rawValue, time: step.duration)
      test.output = (step.note.map { [$0] } ?? [])
      if step.name == .connect || step.failure != nil { test.output += record.retries.map(RetryText.line) }
      if let failure = step.failure {
        // If the step ended the run, it is an error, otherwise a failure.
        test.problem = (
          record.failure == nil ? "failure" : "error", failure.message, failure.sqlState ?? "error",
          text(failure)
        )
      } else if step.isSkipped {
        test.problem = ("skipped", step.note ?? "", "", "")
      }
      return test
    } + unstarted
  }

  /// An error that ended the run outside of a step, such as an invalid option.
  private var unstarted: [Case] {
    guard let failure = record.failure, record.steps.allSatisfy({ $0.failure == nil }) else { return [] }
    return [
      Case(name: "run", problem: ("error", failure.message, failure.code.id, text(failure)))
    ]
  }

  private func seeder(_ seeder: SeederReport) -> Case {
    var test = Case(name: seeder.id.rawValue, time: seeder.duration)
    test.output = ["\(seeder.outcome.rawValue): \(RunFormatter.summary(of: seeder))"]
    test.output += ["\(seeder.roundTrips) round trips"] + seeder.retries.map(RetryText.line)
    switch seeder.outcome {
    case .seeded, .unchanged: break
    case .skipped: test.problem = ("skipped", seeder.note ?? "", "", "")
    case .failed:
      guard let failure = seeder.failure else { break }
      test.problem = ("failure", failure.message, failure.code.id, text(failure))
    }
    return test
  }

  private func verification(_ found: RunRecord.Verification) -> Case {
    var test = Case(name: "\(found.kind.rawValue): \(found.name)")
    switch found.outcome {
    case .passed: test.output = [found.found]
    case .failed: test.problem = ("failure", found.found, "verification", "")
    case .skipped: test.problem = ("skipped", found.found, "", "")
    }
    return test
  }

  private func text(_ failure: FailureReport) -> String { failure.lines.joined(separator: "\n") }

  private func counts(_ cases: [Case]) -> String {
    func count(_ element: String) -> Int { cases.count { $0.problem?.element == element } }
    return "tests=\"\(cases.count)\" failures=\"\(count("failure"))\" errors=\"\(count("error"))\" "
      + "skipped=\"\(count("skipped"))\""
  }

  private func seconds(_ duration: Duration) -> String {
    let milliseconds = max(0, Int(duration.milliseconds.rounded()))
    let rest = String(1000 + milliseconds % 1000).dropFirst()
    return "\(milliseconds / 1000).\(rest)"
  }
}

/// Escapes text for XML 1.0.
enum XMLText {
  /// Escapes text for the content of an element.
  static func content(_ text: String) -> String { escaped(text, isAttribute: false) }

  /// Escapes text for the value of an attribute in double quotes. Line breaks are preserved.
  static func attribute(_ text: String) -> String { escaped(text, isAttribute: true) }

  private static func escaped(_ text: String, isAttribute: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: result.append(contentsOf: "&amp;".unicodeScalars)
      case 0x3C: result.append(contentsOf: "&lt;".unicodeScalars)
      case 0x3E: result.append(contentsOf: "&gt;".unicodeScalars)
      case 0x22 where isAttribute: result.append(contentsOf: "&quot;".unicodeScalars)
      case 0x9, 0xA:
        if isAttribute {
          result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
        } else {
          result.append(scalar)
        }
      case 0xD: result.append(contentsOf: "&#13;".unicodeScalars)
      // XML 1.0 cannot represent these characters.
      case 0..<0x20, 0xFFFE, 0xFFFF: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// Formats a retry in one line.
enum RetryText {
  static func line(_ retry: RetryRecord) -> String {
    let cause = retry.cause.split(separator: "\n").first.map(String.init) ?? retry.cause
    let pause = Text.duration(.milliseconds(retry.pauseMilliseconds))
    return "retry of \(retry.subject): \(cause); retried after \(pause)"
  }
}
