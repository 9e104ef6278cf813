import Glibc
public import SeedKit

/// The server's seeding, as its environment wants it: `DATABASE_URL`, `SEED_ENV`, `AUTO_SEED_DATABASE`,
/// `AUTO_SEED_MODE`, `AUTO_SEED_TIMEOUT`, `AUTO_MIGRATE`, `SEED_DEBUG`.
public func makeSeeding() throws -> StartupSeeding {
  let settings = try Settings.fromEnvironment()
  return try StartupSeeding(
    seeders: [Countries()], settings: settings, onEvent: { log($0, isDebugging: settings[.debug]) })
}

/// What an operator wants to read. A seeder that failed does not end the server, so it must not be silent.
private func log(_ event: SeedEvent, isDebugging: Bool) {
  switch event {
  case .retrying(let retry): note("\(retry.subject): \(retry.cause); trying again")
  case .startupFailed(let failure): note("not seeded: \(failure.details)")
  case .startupGoesOn(let limit): note("not seeded within \(limit); going on in the background")
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

/// What a readiness probe would answer.
public func describe(_ state: StartupSeeding.State) -> String {
  let seeders = state.seeders.map { "\($0.id) \($0.outcome ?? "pending")" }
  return ([state.phase.rawValue] + seeders).joined(separator: ", ")
}
