import FoundationEssentials
import SeedKit
import TraceStore

/// `seed-runner capacity check`: how search behaves on this database.
struct CapacityCommand {
  let session: Session

  func run() async throws -> ExitCode {
    let database = try await session.database()
    let console = session.console
    let check = CapacityCheck(
      configuration: database.configuration, searches: session.command.integer("queries") ?? 2_000,
      limit: Double(session.command.integer("p99") ?? 50), onStep: { console.progress($0) })
    let report = try await check.run()
    if let path = session.command.value(of: "html") {
      do {
        try Data(CapacityPage(report: report).html.utf8).write(to: URL(filePath: path))
      } catch {
        throw CommandFailure(
          code: .internalFault, message: "\(path) cannot be written: \(error)",
          remedy: "give --html a path that can be written to")
      }
      console.progress("wrote \(path)")
    }
    if session.isJSON {
      try console.answer(json: report)
    } else {
      for line in lines(of: report) { console.answer(line) }
    }
    return report.isPassed ? .success : .drift
  }

  private func lines(of report: CapacityReport) -> [String] {
    func number(_ value: Double) -> String { CapacityCheck.rounded(value, 2) }
    let checks = report.checks.map { [$0.isPassed ? "ok" : "FAILED", $0.name, $0.found] }
    let header = [
      "CANDIDATES", "RECALL@10", "CLIENTS", "P50 ms", "P90 ms", "P99 ms", "P99.9 ms", "SEARCHES/s",
    ]
    let rows = report.latencies.map { latency in
      let recall = report.recalls.first { $0.candidates == latency.candidates }?.recall ?? 0
      return [
        "\(latency.candidates)", CapacityCheck.rounded(recall, 3), "\(latency.clients)", number(latency.p50),
        number(latency.p90), number(latency.p99), number(latency.p999), "\(Int(latency.throughput))",
      ]
    }
    let exact = "a scan of the whole table takes \(number(report.exactMedian)) ms, with 4 clients at once"
    return Text.table([header] + rows) + [exact, ""] + Text.table(checks)
  }
}
