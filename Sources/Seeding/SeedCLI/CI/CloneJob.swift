import Postgres
import SeedKit

/// `ci --clone-from`: the first job seeds a template, and the others copy it.
struct CloneJob: Sendable {
  let job: CIJob
  let templates: TemplateDatabases
  /// Whether to drop the job's database first if it exists.
  let replaces: Bool

  private var recorder: RunRecorder { job.recorder }
  private var console: Console { job.printer.console }

  func run() async throws {
    try await withMaintenance { connection in
      try await templates.checkRights(on: connection)
      try await templates.checkTarget(replaces: replaces, on: connection)
    }
    guard let fingerprint = Fingerprint.whole(of: job.plan, fixtures: job.fixtures) else {
      // Without the fixtures there is no fingerprint. The other seeders run, and the report names the faults.
      console.progress("no template: some fixtures cannot be read")
      try await seedWithoutTemplate()
      return
    }
    let start = ContinuousClock.now
    var lastTold = Duration.zero
    let made = try await obtain(fingerprint) { waited in
      guard waited - lastTold > .seconds(5) || lastTold == .zero else { return }
      lastTold = waited
      console.progress(
        "another job is creating the template \(templates.name(of: fingerprint)); waiting for it")
    }
    if made == .failed { return }
    recorder.update {
      $0.template = RunRecord.Template(
        name: templates.name(of: fingerprint), fingerprint: fingerprint.description, isMade: made != nil)
    }
    try await clone(fingerprint, waited: made == nil && lastTold > .zero ? .now - start : nil)
    guard made == nil else { return }
    // Seeders whose fingerprint is in the copied history are skipped quickly, but appear in the report.
    var clone = job
    clone.options.skipsCurrent = true
    let report = try await clone.seed(templates.target)
    try await clone.verify(
      report, on: templates.target, compares: report.seeders.contains { $0.outcome == .seeded })
  }

  private enum Made {
    /// The template is complete.
    case whole
    /// A seeder failed, so there is no template. The seeded rows are in the job's database.
    case failed
  }

  /// Waits for the template, or creates it.
  ///
  /// - Returns: nil if the template exists already.
  private func obtain(_ fingerprint: Fingerprint, onWait: (Duration) -> Void) async throws -> Made? {
    var isMaking = false
    var seeded: String?
    do {
      return try await job.options.retry.run(
        onRetry: note,
        { _ in
          do {
            return try await templates.withLock(fingerprint, onWait: onWait) { lock in
              guard let lock else { return nil }
              isMaking = true
              return try await make(fingerprint, lock: lock) { seeded = $0 }
            }
          } catch  where isMaking {
            // The seeders have used their own retries.
            throw Ended(cause: error)
          }
        })
    } catch let error as Ended {
      guard let seeded, RetryPolicy.isTransient(error.cause) else { throw error.cause }
      // The connection with the lock was lost, for example because the server restarted. The database is seeded,
      // so only the renaming is left, unless another job was faster.
      try await job.options.retry.run(
        onRetry: note,
        { _ in
          try await templates.withLock(fingerprint, onWait: onWait) { lock in
            if let lock {
              try await templates.complete(
                seeded, fingerprint, environment: job.plan.environment, on: lock)
            } else {
              try await withMaintenance { try await templates.drop(seeded, on: $0) }
            }
          }
        })
      return .whole
    }
  }

  /// An error that is not retried.
  private struct Ended: Error {
    let cause: any Error
  }

  private func note(_ error: any Error, pause: Duration) {
    job.printer.print(.retrying(recorder.recordRetry(error, pause: pause, of: "clone")))
  }

  /// Seeds and verifies a new database, and turns it into the template.
  ///
  /// - Parameter onSeeded: Called with the database's name when it only needs to be renamed.
  private func make(
    _ fingerprint: Fingerprint, lock: PostgresConnection, onSeeded: (String) -> Void
  ) async throws -> Made {
    let new = try await recorder.step(.clone) {
      let name = try await withMaintenance { try await templates.makeNew(fingerprint, on: $0) }
      return (name, note: "creating the template \(templates.name(of: fingerprint))")
    }
    do {
      let database = templates.configuration(of: new)
      let report = try await job.seed(database)
      if report.seeders.contains(where: { $0.failure?.code == .missingTable }) {
        console.progress(
          "note: a new template is an empty database, in which only migrations create tables. If other tools create "
            + "the tables, run 'ci' without --clone-from")
      }
      try await job.verify(report, on: database)
      guard recorder.record.verdict == .success else {
        try await keep(new)
        return .failed
      }
    } catch {
      // Do not leave the unfinished database behind. After a signal there is no time to drop it.
      if !Task.isCancelled { try? await withMaintenance { try await templates.drop(new, on: $0) } }
      throw error
    }
    onSeeded(new)
    try await templates.complete(new, fingerprint, environment: job.plan.environment, on: lock)
    return .whole
  }

  /// Renames the seeded database to the job's database, so that the job ends as it would without a template.
  private func keep(_ new: String) async throws {
    guard let target = templates.target.database else { return }
    try await withMaintenance { connection in
      try await connection.query(
        "ALTER DATABASE \(PostgresIdentifier(new)) RENAME TO \(PostgresIdentifier(target))")
    }
    try await tellDatabase()
  }

  private func clone(_ fingerprint: Fingerprint, waited: Duration?) async throws {
    let name = templates.name(of: fingerprint)
    try await recorder.step(.clone) {
      try await job.options.retry.run(
        onRetry: note,
        { _ in try await withMaintenance { try await templates.makeTarget(from: name, on: $0) } })
      let delay = waited.map { " after waiting \(Text.duration($0)) for the job that created it" } ?? ""
      return ((), note: "copied \(name)\(delay)")
    }
    try await tellDatabase()
  }

  private func seedWithoutTemplate() async throws {
    try await recorder.step(.clone) {
      try await withMaintenance { try await templates.makeTarget(from: nil, on: $0) }
      return ((), note: "created an empty database: some fixtures cannot be read")
    }
    try await tellDatabase()
    let report = try await job.seed(templates.target)
    try await job.verify(report, on: templates.target)
  }

  private func tellDatabase() async throws {
    let facts = try await CICommand.facts(of: templates.target)
    recorder.update { $0.database = facts }
  }

  @discardableResult
  private func withMaintenance<Result>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try await PostgresConnection.with(templates.maintenance, body)
  }
}
