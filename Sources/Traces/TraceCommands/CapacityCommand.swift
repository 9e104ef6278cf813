import FoundationEssentials
import SeedCLI
import SeedKit
import TraceStore

/// `seed-runner capacity check`: measures search on a database.
struct CapacityCommand {
  let context: CommandContext

  func run() async throws -> ExitCode {
    let database = try await context.database()
    let check = CapacityCheck(
      configuration: database, searches: context.integer("queries") ?? 2_000,
      limit: Double(context.integer("p99") ?? 50), onStep: { [context] in context.progress($0) })
    let report = try await check.run()
    if let path = context.value(of: "html") {
      do {
        try Data(CapacityPage(report: report).html.utf8).write(to: URL(filePath: path))
      } catch {
        throw CommandFailure(
          code: .internalFault, message: "cannot write \(path): \(error)",
          fix: "use a writable path for --html")
      }
      context.progress("wrote \(path)")
    }
    if context.isJSON {
      try context.answer(json: report)
    } else {
      for line in lines(of: report) { context.answer(line) }
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
        "\(latency.candidates)", CapacityCheck.rounded(recall, 3),
        "\(latency.clients)" + (latency.pauseMilliseconds > 0 ? " users" : ""), number(latency.p50),
        number(latency.p90), number(latency.p99), number(latency.p999), "\(Int(latency.throughput))",
      ]
    }
    let exact = "full table scan: \(number(report.exactMedian)) ms (median, 4 clients)"
    return Text.table([header] + rows) + [exact, ""] + Text.table(checks)
  }
}

extension CapacityCommand {
  static let spec = CommandSpec(
    name: "capacity", abstract: "Measure search over the traces of a database",
    options: OptionSpec.common,
    subcommands: [
      CommandSpec(
        name: "check", abstract: "Check the vectors and the index, and measure latency and recall",
        discussion: """
          Checks a sample of the vectors, whether the planner uses the index, and whether the index fits into \
          shared_buffers. Then times top-10 searches with 1, 4 and 20 clients and 40, 64 and 100 candidates, and \
          by 20 users who pause for 0.1 s between searches. Compares the results with a full table scan. Writes \
          nothing to the database. Exits with 3 if a check fails or the 99th percentile of the users is above the \
          limit. The clients do not pause: their latencies show how the database behaves when it is saturated.
          """,
        options: [
          OptionSpec(
            "p99", valueName: "MS", range: 1...60_000,
            summary: "Limit for the 99th percentile with 20 users, in milliseconds", defaultText: "50"),
          OptionSpec(
            "queries", valueName: "N", range: 100...1_000_000,
            summary: "Searches to time for each line of the table", defaultText: "2000"),
          OptionSpec(
            "html", valueName: "FILE", summary: "Also write an HTML page with charts",
            completion: .file),
        ] + OptionSpec.common,
        examples: [
          .init(summary: "Write a page with charts", line: "seed-runner capacity check --html capacity.html")
        ])
    ],
    needsSubcommand: true)
}
