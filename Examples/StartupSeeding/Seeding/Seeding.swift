import Glibc
public import SeedKit

/// Start-up seeding with the settings of the environment: `DATABASE_URL`, `SEED_ENV`, `AUTO_SEED_DATABASE`,
/// `AUTO_SEED_MODE`, `AUTO_SEED_TIMEOUT`, `AUTO_MIGRATE`, `SEED_DEBUG`.
public func makeSeeding() throws -> StartupSeeding {
  let settings = try Settings.fromEnvironment()
  return try StartupSeeding(
    seeders: [Countries()], settings: settings, onEvent: { log($0, isDebugging: settings[.debug]) })
}

/// Logs what an operator needs. A failed seeder does not stop the server, so its failure must be logged.
private func log(_ event: SeedEvent, isDebugging: Bool) {
  switch event {
  case .retrying(let retry): note("\(retry.subject): \(retry.cause); retrying")
  case .startupFailed(let failure): note("not seeded: \(failure.details)")
  case .startupGoesOn(let limit): note("not seeded within \(limit); continuing in the background")
  case .finished(let report):
    note("\(report.id): \(report.outcome)")
    if let failure = report.failure { note(failure.details) }
  default: if isDebugging { note("\(event)") }
  }
}

private func note(_ text: String) {
  let bytes = Array("\(text)\n".utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// The body of a readiness probe's response.
public func describe(_ state: StartupSeeding.State) -> String {
  let seeders = state.seeders.map { "\($0.id) \($0.outcome ?? "pending")" }
  return ([state.phase.rawValue] + seeders).joined(separator: ", ")
}
