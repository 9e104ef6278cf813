/// The name of a check of `seed-runner doctor`. Names may be added, but are never renamed or removed.
/// `Documentation/doctor.md` describes each.
struct DoctorCheckName: RawRepresentable, Hashable, Codable, Sendable {
  let rawValue: String

  init(rawValue: String) { self.rawValue = rawValue }

  private init(_ rawValue: String) { self.rawValue = rawValue }

  static let configuration = Self("configuration")
  static let seeders = Self("seeders")
  static let embeddedServer = Self("embedded-server")
  static let nameResolution = Self("name-resolution")
  static let port = Self("port")
  static let login = Self("login")
  static let database = Self("database")
  static let tls = Self("tls")
  static let serverVersion = Self("server-version")
  static let pooler = Self("pooler")
  static let writable = Self("writable")
  static let pgvector = Self("pgvector")
  static let createRights = Self("create-rights")
  static let extensionRights = Self("extension-rights")
  static let tableRights = Self("table-rights")
  static let migrations = Self("migrations")
  static let tables = Self("tables")
  static let environment = Self("environment")
  static let cluster = Self("cluster")
  static let distribution = Self("distribution")
  static let diskSpace = Self("disk-space")
  static let clock = Self("clock")
  static let timeZone = Self("time-zone")
  static let connections = Self("connections")
  static let longTransactions = Self("long-transactions")
  static let locks = Self("locks")

  /// The checks that run before a connection is open.
  static let reach: [Self] = [
    .configuration, .seeders, .embeddedServer, .nameResolution, .port, .login, .database, .tls,
  ]

  /// The checks that need a connection, including those of the modules.
  static func needingConnection(_ modules: [CommandModule]) -> [Self] {
    [
      .serverVersion, .pooler, .writable, .pgvector, .createRights, .extensionRights, .tableRights,
      .migrations,
      .tables, .environment, .cluster, .distribution,
    ] + modules.flatMap(\.doctorChecks).filter(\.isConnected).map(\.name) + [
      .clock, .timeZone, .connections, .longTransactions, .locks,
    ]
  }

  /// All checks, in the order of the report.
  static func all(_ modules: [CommandModule]) -> [Self] {
    let asked = needingConnection(modules)
    let clock = asked.firstIndex(of: .clock) ?? asked.endIndex
    return reach + asked[..<clock] + [.diskSpace] + asked[clock...]
      + modules.flatMap(\.doctorChecks).filter { !$0.isConnected }.map(\.name)
  }
}
