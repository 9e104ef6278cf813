import FoundationEssentials
import Migrations
import Postgres
import SeedKit

extension RunPage {
  /// The tables of the page.
  var tables: String {
    [seeders, retries, steps, migrations, verifications, spans].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func text(_ text: String) -> String { "<td>\(escape(text))</td>" }

  private func long(_ text: String) -> String { "<td class=\"text\">\(escape(text))</td>" }

  private func number(_ text: String) -> String { "<td class=\"number\">\(escape(text))</td>" }

  private func milliseconds(_ duration: Duration) -> String { number(HTMLPage.number(duration.milliseconds)) }

  private var seeders: String {
    guard !record.seeders.isEmpty else { return "" }
    let seen = Set(record.seeders.flatMap(\.spans).map(\.phase))
    let phases = SeedPhase.allCases.filter { seen.contains($0) }
    var header = [("Seeder", false), ("Outcome", false), ("Start ms", true), ("Took ms", true)]
    header += phases.map { ("\($0.rawValue.capitalizedFirst) ms", true) }
    header += [
      ("Rows/s", true), ("Round trips", true), ("Attempts", true), ("Connections", true), ("Rows", false),
    ]
    let rows = record.seeders.map { seeder in
      let times = seeder.spans.times
      let cells =
        [
          "<th scope=\"row\">\(escape(seeder.id.rawValue))</th>",
          "<td>\(badge(seeder.outcome)) \(seeder.outcome.rawValue)</td>",
          number(HTMLPage.number(offset + seeder.start.milliseconds)), milliseconds(seeder.duration),
        ]
        + phases.map { phase in
          times.first { $0.phase == phase }.map { milliseconds($0.duration) } ?? number("")
        }
        + [
          number(seeder.rowsPerSecond.map { "\(Int($0))" } ?? ""), number("\(seeder.roundTrips)"),
          number("\(seeder.attempts)"), number(seeder.connections.ranges),
          long(RunFormatter.summary(of: seeder)),
        ]
      return "<tr id=\"seeder-\(escape(seeder.id.rawValue))\">\(cells.joined())</tr>"
    }
    let leftOut =
      record.leftOut.isEmpty
      ? ""
      : "<p class=\"soft\">Not part of the environment: \(escape(record.leftOut.map(\.rawValue).joined(separator: ", ")))</p>"
    return "<h2 id=\"seeders\">Seeders</h2>\n" + HTMLPage.table("Seeders", header: header, rows: rows)
      + leftOut
  }

  private var retries: String {
    let all = record.allRetries
    guard !all.isEmpty else { return "" }
    let rows = all.map { retry in
      let moment = Duration.seconds(retry.at.timeIntervalSince(record.startedAt))
      return "<tr>" + milliseconds(moment) + "<th scope=\"row\">\(escape(retry.subject))</th>"
        + text(retry.sqlState ?? "") + number("\(retry.pauseMilliseconds)") + long(retry.cause) + "</tr>"
    }
    return "<h2 id=\"retries\">Retries</h2>\n"
      + HTMLPage.table(
        "Retries",
        header: [
          ("At ms", true), ("Subject", false), ("SQLSTATE", false), ("Pause ms", true), ("Cause", false),
        ],
        rows: rows)
  }

  private var steps: String {
    guard !record.steps.isEmpty else { return "" }
    let rows = record.steps.map { step in
      "<tr><th scope=\"row\">\(escape(step.name.rawValue))</th>" + milliseconds(step.start)
        + milliseconds(step.duration) + number("\(step.roundTrips)")
        + long(step.failure.map { "failed: \($0.message)" } ?? step.note ?? "") + "</tr>"
    }
    return "<h2 id=\"steps\">Steps</h2>\n"
      + HTMLPage.table(
        "Steps",
        header: [
          ("Step", false), ("Start ms", true), ("Took ms", true), ("Round trips", true), ("Result", false),
        ],
        rows: rows)
  }

  private var migrations: String {
    guard !record.migrations.isEmpty else { return "" }
    let rows = record.migrations.map { migration in
      "<tr>" + text(migration.set) + number("\(migration.version)")
        + "<th scope=\"row\">\(escape(migration.name))</th>"
        + milliseconds(migration.duration) + "</tr>"
    }
    return "<h2 id=\"migrations\">Migrations applied</h2>\n"
      + HTMLPage.table(
        "Migrations applied",
        header: [("Set", false), ("Version", true), ("Name", false), ("Took ms", true)], rows: rows)
  }

  private var verifications: String {
    guard !record.verifications.isEmpty else { return "" }
    let rows = record.verifications.map { found in
      let look = ["passed": "good", "failed": "bad", "skipped": "warn"][found.outcome.rawValue] ?? ""
      return
        "<tr><th scope=\"row\">\(escape(found.name))</th><td><span class=\"\(look)\">\(found.outcome.rawValue)</span></td>"
        + long(found.found) + "</tr>"
    }
    return "<h2 id=\"verifications\">Verifications</h2>\n"
      + HTMLPage.table(
        "Verifications", header: [("Verification", false), ("Outcome", false), ("Result", false)], rows: rows)
  }

  /// The spans that the timeline draws, as a table.
  private var spans: String {
    let rows = record.seeders.flatMap { seeder in
      seeder.spans.map { span in
        "<tr><th scope=\"row\">\(escape(seeder.id.rawValue))</th>" + number("\(span.attempt)")
          + text(span.phase.legend) + number(HTMLPage.number(offset + span.start.milliseconds))
          + milliseconds(span.duration) + text(span.detail ?? "") + "</tr>"
      }
    }
    guard !rows.isEmpty else { return "" }
    return "<h2 id=\"spans\">All spans</h2>\n"
      + HTMLPage.table(
        "All spans",
        header: [
          ("Seeder", false), ("Attempt", true), ("Phase", false), ("Start ms", true), ("Took ms", true),
          ("Waited for", false),
        ], rows: rows)
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
