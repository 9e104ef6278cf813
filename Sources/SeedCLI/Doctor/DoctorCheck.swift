/// Everything that `seed-runner doctor` looks at, in the order of the report. The names are a contract
/// that is only ever added to; `Documentation/doctor.md` describes each.
enum DoctorCheck: String, CaseIterable, Codable, Sendable {
  case configuration
  case seeders
  case embeddedServer = "embedded-server"
  case nameResolution = "name-resolution"
  case port
  case login
  case database
  case tls
  case serverVersion = "server-version"
  case pooler
  case writable
  case pgvector
  case createRights = "create-rights"
  case extensionRights = "extension-rights"
  case tableRights = "table-rights"
  case migrations
  case tables
  case environment
  case sharedBuffers = "shared-buffers"
  case maintenanceMemory = "maintenance-memory"
  case vectorIndex = "vector-index"
  case searchPlan = "search-plan"
  case diskSpace = "disk-space"
  case clock
  case timeZone = "time-zone"
  case connections
  case longTransactions = "long-transactions"
  case locks
  case redis
  case embedding

  /// Those that ask the database, and so need a connection.
  static let needsConnection: [DoctorCheck] = [
    .serverVersion, .pooler, .writable, .pgvector, .createRights, .extensionRights, .tableRights, .migrations,
    .tables, .environment, .sharedBuffers, .maintenanceMemory, .vectorIndex, .searchPlan, .clock, .timeZone,
    .connections, .longTransactions, .locks,
  ]
}

/// How a check ended.
struct DoctorVerdict: Sendable, Hashable {
  /// The kinds of ending.
  enum Outcome: String, Codable, Sendable, CaseIterable {
    case ok
    case warning
    case failure
    case skipped
  }

  let outcome: Outcome
  /// What was found; for a skipped check the reason.
  let found: String
  /// What to do: one thing. With every warning and failure.
  var remedy: String?

  static func ok(_ found: String) -> DoctorVerdict { .init(outcome: .ok, found: found) }

  static func skipped(_ reason: String) -> DoctorVerdict { .init(outcome: .skipped, found: reason) }

  static func warning(_ found: String, remedy: String) -> DoctorVerdict {
    .init(outcome: .warning, found: found, remedy: remedy)
  }

  static func failure(_ found: String, remedy: String) -> DoctorVerdict {
    .init(outcome: .failure, found: found, remedy: remedy)
  }
}
