import FoundationEssentials
import Postgres
import SeedKit
import Synchronization

/// Collects the record of a run in progress, so that reports exist even if the run fails.
final class RunRecorder: Sendable {
  private let state: Mutex<RunRecord>
  private let clockStart = ContinuousClock.now
  /// The run's id.
  let runID: UUID

  init(command: String, runID: UUID, environment: SeedEnvironment) {
    self.runID = runID
    state = Mutex(RunRecord(command: command, runID: runID, environment: environment, startedAt: Date()))
  }

  /// The record so far.
  var record: RunRecord { state.withLock { $0 } }

  /// Changes the record.
  func update(_ body: (inout sending RunRecord) -> Void) { state.withLock { body(&$0) } }

  /// Records the plan and its source files.
  func recordPlan(_ plan: SeedPlan, fixtures: FixtureStore) {
    let planned = plan.steps.map { step in
      RunRecord.Planned(
        id: step.id, version: step.seeder.version, files: step.sourceFiles(in: fixtures))
    }
    let leftOut = plan.leftOut
    update {
      $0.planned = planned
      $0.leftOut = leftOut
    }
  }

  /// Records an applied migration, a finished seeder or a retry.
  func recordEvent(_ event: SeedEvent) {
    switch event {
    case .migrated(let migration): update { $0.migrations.append(migration) }
    case .finished(let report):
      update { record in
        if !record.ended.insert(report.id).inserted { record.seeders.removeAll { $0.id == report.id } }
        record.seeders.append(report)
      }
    case .retrying(let retry):
      // The report of a seeder contains its own retries.
      update { record in
        if record.planned.allSatisfy({ $0.id.rawValue != retry.subject }) { record.retries.append(retry) }
      }
    default: break
    }
  }

  /// Records a retry outside of seeders.
  func recordRetry(_ error: any Error, pause: Duration, of subject: String) -> RetryRecord {
    let retry = RetryRecord(subject: subject, error: error, pause: pause)
    update { $0.retries.append(retry) }
    return retry
  }

  /// Records the report of a run, with the seeders in the order of the plan.
  func recordReport(_ report: SeedReport, since start: ContinuousClock.Instant) {
    let run = RunRecord(report, start: start - clockStart)
    update {
      $0.steps += run.steps
      $0.seeders = run.seeders
    }
  }

  /// Records a failed step.
  func recordFailure(_ error: any Error, in name: RunRecord.Step.Name, since start: ContinuousClock.Instant) {
    var step = RunRecord.Step(name: name, start: start - clockStart, duration: .now - start)
    step.failure = FailureReport(ending: error)
    let ended = step
    update { $0.steps.append(ended) }
  }

  /// Runs a step and records its duration, round trips and failure.
  ///
  /// - Parameter body: Runs the step. Its note is the result in one line.
  func step<Result>(
    _ name: RunRecord.Step.Name, _ body: () async throws -> (Result, note: String?)
  ) async throws -> Result {
    var step = RunRecord.Step(name: name, start: .now - clockStart)
    let traffic = PostgresTraffic()
    func end() {
      step.duration = .now - clockStart - step.start
      step.roundTrips = traffic.roundTrips
      let ended = step
      update { $0.steps.append(ended) }
    }
    do {
      let (result, note) = try await PostgresTraffic.$current.withValue(traffic) { try await body() }
      step.note = note
      end()
      return result
    } catch {
      step.failure = FailureReport(ending: error)
      end()
      throw error
    }
  }

  /// Sets the outcome of the step `verify` from its verifications.
  func recordVerifyOutcome() {
    update { record in
      guard let index = record.steps.lastIndex(where: { $0.name == .verify }) else { return }
      let outcomes = record.verifications.map(\.outcome)
      if outcomes.contains(.failed) {
        let failed = record.verifications.filter { $0.outcome == .failed }.map(\.name)
        record.steps[index].failure = FailureReport(
          .verificationFailed,
          message: "\(Text.count(failed.count, "verification")) failed: \(failed.joined(separator: ", "))",
          fix: nil)
      } else if !outcomes.isEmpty, !outcomes.contains(.passed) {
        record.steps[index].isSkipped = true
      }
    }
  }

  /// Ends the record.
  ///
  /// - Parameters:
  ///   - error: the error that ended the run early, if any.
  ///   - verdict: The exit code without such an error. By default that of the record.
  func finish(_ error: (any Error)?, verdict: ExitCode? = nil) -> RunRecord {
    update { record in
      record.duration = .now - clockStart
      if let error { record.failure = FailureReport(ending: error) }
      let isInterrupted = error is CancellationError || SignalWatcher.latest != nil
      let reason =
        isInterrupted
        ? "the run was interrupted"
        : record.failure?.message.split(separator: "\n").first.map(String.init) ?? "the run ended early"
      let reports = Dictionary(record.seeders.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      record.seeders = record.planned.map { planned in
        reports[planned.id]
          ?? SeederReport(id: planned.id, outcome: .skipped, note: "not run: \(reason)")
      }
      let code = error.map { ExitCode($0) } ?? verdict ?? record.verdict
      record.exitCode = SignalWatcher.latest.map { 128 + $0 } ?? code.rawValue
      record.result = isInterrupted ? .interrupted : record.exitCode == 0 ? .passed : .failed
    }
    return record
  }
}

extension FailureReport {
  /// Describes an error that ended a command.
  init(ending error: any Error) {
    switch error {
    case let error as CommandFailure:
      self.init(error.errorCode, message: error.message, fix: error.fix)
    case is CancellationError:
      self.init(
        .interrupted, message: "interrupted; open transactions are rolled back", fix: nil)
    default: self.init(error)
    }
  }
}
