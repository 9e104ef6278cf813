import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// The HTML report of a run: a timeline of seeders and connections, and tables.
struct RunPage {
  let record: RunRecord

  /// The duration of the chart in milliseconds.
  var span: Double { max(1, record.duration.milliseconds) }
  /// When the clock of the seeders started, in milliseconds since the start of the run.
  var offset: Double {
    let steps = record.steps.filter { $0.name == .migrate || $0.name == .seed }
    return steps.map(\.start.milliseconds).min() ?? 0
  }

  var html: String {
    let word = record.result.rawValue
    return HTMLPage(
      title: "seed-runner \(record.command) \(word), \(Text.time(record.startedAt)) UTC",
      style: Self.style + phaseStyle,
      body: ["<main>", head, tiles, problems, timeline, connections, tables, "</main>"]
        .filter { !$0.isEmpty }.joined(separator: "\n")
    ).html
  }

  private var head: String {
    let look = ["passed": "good", "failed": "bad", "interrupted": "warn"][record.result.rawValue] ?? ""
    var facts = [
      "environment <strong>\(escape(record.environment.rawValue))</strong>",
      "\(escape(Text.time(record.startedAt))) UTC", "took \(escape(Text.duration(record.duration)))",
      "exit code \(record.exitCode)",
    ]
    if let database = record.database {
      let place = database.host.map { " on \($0)\(database.port.map { ":\($0)" } ?? "")" } ?? ""
      facts.append(escape("database \(database.name)\(place), PostgreSQL \(database.serverVersion)"))
    }
    facts.append("seed-runner \(escape(ProgramVersion.current))")
    return """
      <header>
      <h1>seed-runner \(escape(record.command)): <span class="\(look)">\(escape(record.result.rawValue))</span></h1>
      <p>\(facts.joined(separator: " · "))</p>
      <p class="soft">run <code>\(record.runID.uuidString.lowercased())</code></p>
      </header>
      """
  }

  /// The figures that are looked for first.
  private var tiles: String {
    let rows = record.rows
    var tiles = SeederReport.Outcome.allCases.compactMap { outcome -> (Int, String)? in
      let count = record.seeders.count { $0.outcome == outcome }
      return count == 0 ? nil : (count, outcome.rawValue)
    }
    tiles += [
      (rows.written, "rows written"), (rows.unchanged, "rows unchanged"), (record.roundTrips, "round trips"),
      (record.allRetries.count, record.allRetries.count == 1 ? "retry" : "retries"),
    ]
    if !record.verifications.isEmpty {
      tiles.append((record.verifications.count { $0.outcome == .failed }, "verifications failed"))
    }
    let items = tiles.map { "<div><dt>\($0.1)</dt><dd>\($0.0)</dd></div>" }
    return "<dl class=\"tiles\">\(items.joined())</dl>"
  }

  /// Why something failed, before anything else.
  private var problems: String {
    var parts: [String] = []
    if let failure = record.failure { parts.append(problem("The run", failure)) }
    for seeder in record.seeders {
      if let failure = seeder.failure { parts.append(problem(seeder.id.rawValue, failure)) }
    }
    for found in record.verifications where found.outcome == .failed {
      parts.append(
        "<section class=\"problem\"><h3>Verification of \(escape(found.name))</h3><p>\(escape(found.found))</p></section>"
      )
    }
    return parts.isEmpty ? "" : "<h2>Errors</h2>\n" + parts.joined(separator: "\n")
  }

  private func problem(_ title: String, _ failure: FailureReport) -> String {
    let faults = failure.faults.map { "<li><code>\(escape($0.description))</code></li>" }
    let list = faults.isEmpty ? "" : "<ul>\(faults.joined())</ul>"
    let fix = failure.fix.map { "<p><strong>Fix:</strong> \(escape($0))</p>" } ?? ""
    return """
      <section class="problem"><h3>\(escape(title))</h3><p class="pre">\(escape(failure.message))</p>\(list)\(fix)</section>
      """
  }

  func escape(_ text: String) -> String { HTMLPage.escaped(text) }
}
