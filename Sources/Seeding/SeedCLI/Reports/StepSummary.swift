import FoundationEssentials
import Postgres
import SeedKit

/// A run as Markdown, for the step summary of GitHub Actions.
struct StepSummary {
  let record: RunRecord

  /// The maximum number of lines in a list. GitHub accepts 1 MiB per step; the other reports list everything.
  private static let lineLimit = 200

  var text: String {
    var lines = ["### seed-runner \(record.command): \(record.result.rawValue)", ""]
    if let failure = record.failure {
      lines += ["> " + Self.cell(failure.message)]
      if let fix = failure.fix { lines += [">", "> Fix: " + Self.cell(fix)] }
      lines.append("")
    }
    if !record.seeders.isEmpty {
      lines += ["| Seeder | Outcome | Rows | Rows/s | Round trips | Retries | Time |"]
      lines += ["| --- | --- | --- | ---: | ---: | ---: | ---: |"]
      lines += record.seeders.map(row) + [""]
    }
    lines += faults
    let retries = record.allRetries
    if !retries.isEmpty {
      lines +=
        ["**Retries**", ""] + retries.prefix(Self.lineLimit).map { "- " + Self.cell(RetryText.line($0)) }
      lines.append("")
    }
    if !record.verifications.isEmpty {
      lines += ["| Verification | Outcome | Found |", "| --- | --- | --- |"]
      lines += record.verifications.map { found in
        "| \(Self.cell(found.name)) | \(found.outcome.rawValue) | \(Self.cell(found.found)) |"
      }
      lines.append("")
    }
    let steps = record.steps.map { "\($0.name.rawValue) \(Text.duration($0.duration))" }
    lines.append(
      "\(steps.isEmpty ? "" : steps.joined(separator: ", ") + "; ")\(Text.duration(record.duration)) in total, "
        + "run `\(record.runID.uuidString.lowercased())`, environment `\(record.environment)`, "
        + "seed-runner \(ProgramVersion.current), exit code \(record.exitCode)")
    return lines.joined(separator: "\n") + "\n\n"
  }

  private func row(_ seeder: SeederReport) -> String {
    let rows =
      seeder.tables.tables.isEmpty
      ? seeder.note ?? seeder.failure?.message ?? "" : Text.counts(seeder.tables)
    let rate = seeder.rowsPerSecond.map { "\(Int($0))" } ?? ""
    let cells = [
      seeder.id.rawValue, seeder.outcome.rawValue, Self.cell(rows), rate, "\(seeder.roundTrips)",
      "\(seeder.retries.count)", Text.duration(seeder.duration),
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private var faults: [String] {
    let failures = record.seeders.compactMap(\.failure) + (record.failure.map { [$0] } ?? [])
    let lines = failures.flatMap(\.faults).map { "- `\(Self.code($0.file))`" + Self.cell(rest($0)) }
    guard !lines.isEmpty else { return [] }
    let more = lines.count - Self.lineLimit
    return ["**Errors in fixtures**", ""] + lines.prefix(Self.lineLimit)
      + (more > 0 ? ["- and \(more) more"] : []) + [""]
  }

  /// The fault without its file.
  private func rest(_ fault: FixtureFault) -> String { String(fault.description.dropFirst(fault.file.count)) }

  /// Escapes text for a cell of a table.
  static func cell(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "|", "`", "*", "_", "<", ">", "[", "]", "\\", "#", "~": result += "\\" + String(scalar)
      case "&": result += "&amp;"
      case "\n", "\r": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func code(_ text: String) -> String {
    text.replacing("`", with: "'").replacing("\n", with: " ")
  }
}
