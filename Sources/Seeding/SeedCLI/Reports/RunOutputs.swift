import SeedKit

/// The report files of a run.
struct RunOutputs: Sendable {
  private let json: ReportFile?
  private let junit: ReportFile?
  private let html: ReportFile?
  private let console: Console

  /// Checks that all requested reports can be written.
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
        code: .usage, errorCode: .unusablePath, message: "two reports use the same file: \(twice)",
        fix: "name a different file for each")
    }
    self.console = console
  }

  /// Writes all reports.
  ///
  /// - Throws: `CommandFailure` for the first report that cannot be written. The others are written nevertheless.
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

  /// Prints annotations and writes the step summary in GitHub Actions. An error there does not fail the run.
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
  /// Whether any report is requested.
  var hasReports: Bool { SeedRunnerCommand.Option.reports.contains { has($0.name) } }
}
