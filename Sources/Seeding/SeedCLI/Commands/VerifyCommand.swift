import Postgres
import SeedKit

/// `seed-runner verify`: compares the rows with the fixtures and runs the verifications of the modules.
struct VerifyCommand {
  let session: Session

  private struct Result: Encodable {
    let passed: Bool
    let seeders: [Seeder]
    let checks: [VerificationResult]
  }

  private struct Seeder: Encodable {
    let id: String
    let passed: Bool
    let expected: Int
    let missing: Int
    let different: Int
    let edited: Int
    let deleted: Int
    let surplus: Int
    let failure: FailureReport?
    let note: String?
    let changes: [RowChange]
  }

  func run() async throws -> ExitCode {
    let (_, report, database) = try await session.preview()
    let checks =
      report.migrations.isEmpty
      ? try await PostgresConnection.with(database) { connection in
        try await session.invocation.program.modules.verify(connection)
      } : []
    let seeders = report.entries.map(seeder)
    let isPassed =
      report.migrations.isEmpty && seeders.allSatisfy(\.passed) && checks.allSatisfy(\.isPassed)
    if session.isJSON {
      try session.console.answer(json: Result(passed: isPassed, seeders: seeders, checks: checks))
    } else {
      for line in lines(report, seeders, checks) { session.console.answer(line) }
    }
    let code = ExitCode(failures: report.entries.compactMap(\.failure))
    guard code == .success else { return code }
    return isPassed ? .success : .drift
  }

  private func seeder(_ entry: PlanReport.Entry) -> Seeder {
    let total = entry.tables.total
    return Seeder(
      id: entry.id.rawValue, passed: !entry.isPending,
      expected: total.inserted + total.updated + total.unchanged + total.drifted, missing: total.inserted,
      different: total.updated, edited: entry.editedRows, deleted: entry.rowsLeftDeleted,
      surplus: total.deleted, failure: entry.failure,
      note: entry.note, changes: entry.changes)
  }

  private func lines(
    _ report: PlanReport, _ seeders: [Seeder], _ checks: [VerificationResult]
  ) -> [String] {
    let body = seeders.map { seeder in
      let found = problem(seeder)
      return [
        seeder.passed ? "ok" : "fails", seeder.id,
        "\(Text.count(seeder.expected, "row"))\(found.isEmpty ? " match the fixtures" : "; \(found)")",
      ]
    }
    let tail = checks.map { [$0.isPassed ? "ok" : "fails", $0.name, $0.found] }
    var lines = report.migrations.map { "pending  migration \($0)" } + Text.table(body + tail)
    let failed = body.count { $0[0] != "ok" } + tail.count { $0[0] != "ok" }
    lines.append(
      failed == 0 && report.migrations.isEmpty
        ? "verified; nothing was written"
        : "\(Text.count(failed, "check")) failed; run 'plan' to see the rows; nothing was written")
    return lines
  }

  private func problem(_ seeder: Seeder) -> String {
    if let failure = seeder.failure {
      return failure.message.split(separator: "\n").first.map(String.init) ?? ""
    }
    if let note = seeder.note { return note }
    let counts = [
      (seeder.missing, "missing"), (seeder.different, "different"), (seeder.edited, "drifted"),
      (seeder.deleted, "deleted outside seed-runner"), (seeder.surplus, "surplus"),
    ]
    return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}

extension PlanReport.Entry {
  /// The number of rows that were edited outside seed-runner.
  var editedRows: Int { changes.count { $0.isDrift && !$0.isRemoved } }
  /// The number of rows that were deleted outside seed-runner and that a run would not insert again. Other deleted
  /// rows count as missing.
  var rowsLeftDeleted: Int { changes.count { $0.isRemoved && $0.action == .keep } }
}
