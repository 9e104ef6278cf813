import SeedKit

/// Where the reports of a run go, beside the screen.
struct RunOutputs: Sendable {
  private let json: ReportFile?
  private let junit: ReportFile?
  private let html: ReportFile?
  private let console: Console

  /// Looks whether all of them can be written.
  ///
  /// - Throws: `CommandFailure` if one cannot.
  init(_ command: ParsedCommand, console: Console) throws {
    func file(_ option: OptionSpec) throws -> ReportFile? {
      try command.value(of: option.name).map { try ReportFile($0, option: option.name) }
    }
    json = try file(SeedRunnerCommand.Option.reportJSON)
    junit = try file(SeedRunnerCommand.Option.reportJUnit)
    html = try file(SeedRunnerCommand.Option.reportHTML)
    let paths = [json, junit, html].compactMap(\.?.path)
    if let twice = paths.first(where: { path in paths.count { $0 == path } > 1 }) {
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath, message: "two reports have the same file: \(twice)",
        fix: "name a different file for each")
    }
    self.console = console
  }

  /// Writes them.
  ///
  /// - Throws: `CommandFailure` for the first that cannot be written; the others are.
  func write(_ record: RunRecord) throws {
    var failure: (any Error)?
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch let error { failure = failure ?? error }
    }
    attempt { try json?.write(JSONDocument.text(RunRecordJSON(record, isReport: true)) + "\n") }
    attempt { try junit?.write(JUnitReport(record: record).text) }
    attempt { try html?.write(RunPage(record: record).html) }
    if let failure { throw failure }
  }

  /// Tells GitHub Actions, if that is where we are. What cannot be told there is no failure of the run.
  func tell(_ actions: GitHubActions, of record: RunRecord) {
    if actions.annotates {
      for line in actions.annotations(record) { console.command(line) }
    }
    guard let path = actions.summaryPath else { return }
    do {
      try ReportFile.append(StepSummary(record: record).text, to: path)
    } catch {
      console.progress("the step summary could not be written: \(error)")
    }
  }
}

extension ParsedCommand {
  /// Whether any report is asked for.
  var hasReports: Bool { SeedRunnerCommand.Option.reports.contains { has($0.name) } }
}
