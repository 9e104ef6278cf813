import FoundationEssentials
import SeedCLI
import SeedKit
import TraceStore

/// `seed-runner capacity check`: how search behaves on this database.
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
          code: .internalFault, message: "\(path) cannot be written: \(error)",
          fix: "give --html a path that can be written to")
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
        "\(latency.candidates)", CapacityCheck.rounded(recall, 3), "\(latency.clients)", number(latency.p50),
        number(latency.p90), number(latency.p99), number(latency.p999), "\(Int(latency.throughput))",
      ]
    }
    let exact = "a scan of the whole table takes \(number(report.exactMedian)) ms, with 4 clients at once"
    return Text.table([header] + rows) + [exact, ""] + Text.table(checks)
  }
}

extension CapacityCommand {
  static let spec = CommandSpec(
    name: "capacity", abstract: "Measure search over the traces of a database",
    options: OptionSpec.common,
    subcommands: [
      CommandSpec(
        name: "check", abstract: "Check vectors, plan and index, measure latency and recall, judge",
        discussion: """
          Counts the traces and samples their vectors, asks the planner whether it uses the index, compares \
          the index with shared_buffers, times top-10 searches with 1, 4 and 20 clients and 40, 64 and 100 \
          candidates, and compares what they find with a scan of the whole table. Writes nothing. Exit code 3 \
          if a check fails or the 99th percentile with 20 clients is above the limit.
          """,
        options: [
          OptionSpec(
            "p99", valueName: "MS", range: 1...60_000,
            summary: "The limit of the 99th percentile with 20 clients, in milliseconds", defaultText: "50"),
          OptionSpec(
            "queries", valueName: "N", range: 100...1_000_000,
            summary: "How many searches are timed for each line of the table", defaultText: "2000"),
          OptionSpec(
            "html", valueName: "FILE", summary: "Also write a page with charts",
            completion: .file),
        ] + OptionSpec.common,
        examples: [
          .init(summary: "With a page to look at", line: "seed-runner capacity check --html capacity.html")
        ])
    ],
    needsSubcommand: true)
}
