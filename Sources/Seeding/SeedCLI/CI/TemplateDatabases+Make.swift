import FoundationEssentials
import Postgres
import SeedKit

extension TemplateDatabases {
  /// Whether a complete template for a fingerprint exists.
  func exists(_ fingerprint: Fingerprint, on connection: PostgresConnection) async throws -> Bool {
    try await connection.queryOne(
      "SELECT EXISTS (SELECT FROM pg_database WHERE datname = \(name(of: fingerprint)) AND datistemplate)"
    ).decode(Bool.self)
  }

  /// Holds the lock on the template of a fingerprint while `body` runs.
  ///
  /// The lock is an advisory lock of a transaction in the maintenance database, so the server releases it when the
  /// connection ends. A row lock is not possible, because the job's database does not exist yet. Other jobs poll in
  /// short transactions, at most for the lock timeout of the settings.
  ///
  /// - Parameter body: Receives nil if the template already exists, otherwise the connection whose transaction holds
  ///   the lock.
  func withLock<Result>(
    _ fingerprint: Fingerprint, onWait: (Duration) -> Void,
    _ body: (PostgresConnection?) async throws -> Result
  ) async throws -> Result {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(20)
    return try await PostgresConnection.with(maintenance) { connection in
      while true {
        if try await exists(fingerprint, on: connection) { return try await body(nil) }
        let result: Result? = try await connection.withTransaction(setup: Self.lockSetup) { connection in
          let isLocked = try await connection.queryOne(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(\("seed-runner template " + name(of: fingerprint)), 0))"
          ).decode(Bool.self)
          guard isLocked else { return nil }
          // Another job may have created it before this one got the lock.
          return try await body(exists(fingerprint, on: connection) ? nil : connection)
        }
        if let result { return result }
        let waited = ContinuousClock.now - start
        guard waited < lockTimeout else { throw timedOut(fingerprint, after: waited) }
        onWait(waited)
        try await Task.sleep(for: pause * Double.random(in: 0.5...1))
        pause = min(pause * 2, .milliseconds(250))
      }
    }
  }

  /// Settings of the transaction that holds the lock. It is idle while the template is seeded, and TCP keepalives
  /// detect a lost host after a minute.
  private static let lockSetup: [PostgresQuery] = [
    "SET LOCAL idle_in_transaction_session_timeout = 0", "SET LOCAL tcp_keepalives_idle = 30",
    "SET LOCAL tcp_keepalives_interval = 10", "SET LOCAL tcp_keepalives_count = 3",
  ]

  private func timedOut(_ fingerprint: Fingerprint, after waited: Duration) -> CommandFailure {
    CommandFailure(
      code: .databaseUnusable, errorCode: .lockTimeout,
      message:
        "another job has been creating the template \(name(of: fingerprint)) for \(Text.duration(waited))",
      fix: "check that job, or raise SEED_LOCK_TIMEOUT. The server releases the lock when "
        + "the job's connection ends")
  }

  /// Creates an empty database for a new template. Leftover databases of killed jobs are dropped, which have no
  /// connections.
  ///
  /// - Parameter connection: A connection to the maintenance database, outside a transaction. The caller holds the
  ///   lock.
  /// - Returns: the name of the database.
  func makeNew(_ fingerprint: Fingerprint, on connection: PostgresConnection) async throws -> String {
    let started = "\(name(of: fingerprint))_new_"
    let leftOver = try await all(on: connection).map(\.name).filter { $0.hasPrefix(started) }
    for name in leftOver {
      do {
        try await connection.query("DROP DATABASE IF EXISTS \(PostgresIdentifier(name))")
      } catch let error as PostgresError where error.sqlState == Self.objectInUse {
        // Its job lost the lock when the server restarted, and is still working.
      }
    }
    let name = newName(of: fingerprint)
    try await connection.query("CREATE DATABASE \(PostgresIdentifier(name))")
    return name
  }

  /// Turns a seeded database into a template. It is renamed, closed for connections and labeled in the transaction
  /// that holds the lock, so a database with the template's name is always complete.
  func complete(
    _ new: String, _ fingerprint: Fingerprint, environment: SeedEnvironment,
    on connection: PostgresConnection
  ) async throws {
    let whole = try PostgresIdentifier(name(of: fingerprint))
    let label = Label(
      fingerprint: fingerprint.description, environment: environment.rawValue,
      programVersion: ProgramVersion.current, madeAt: Date().formatted(.iso8601WithMilliseconds))
    let text = String(decoding: try JSONEncoder.stable.encode(label), as: UTF8.self)
    try await connection.query("ALTER DATABASE \(PostgresIdentifier(new)) RENAME TO \(whole)")
    try await connection.query("ALTER DATABASE \(whole) WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
    // COMMENT does not accept parameters, so quotes are escaped here.
    try await connection.query(
      "COMMENT ON DATABASE \(whole) IS '\(unescaped: text.replacing("'", with: "''"))'")
  }

  /// Creates the job's database from the template.
  ///
  /// - Parameters:
  ///   - source: the template; nil for an empty database.
  ///   - connection: a connection to the maintenance database.
  func makeTarget(from source: String?, on connection: PostgresConnection) async throws {
    guard let database = target.database else { return }
    var options = ""
    if let source {
      options = " TEMPLATE \(try PostgresIdentifier(source).quoted)"
      // PostgreSQL 15 added STRATEGY. Older versions always copy files.
      if connection.serverVersion >= 150_000 {
        let isLarge = try await connection.queryOne(
          "SELECT pg_database_size(\(source)) >= \(Self.fileCopySize)"
        ).decode(Bool.self)
        options += isLarge ? " STRATEGY FILE_COPY" : " STRATEGY WAL_LOG"
      }
    }
    do {
      try await connection.query("CREATE DATABASE \(PostgresIdentifier(database))\(unescaped: options)")
    } catch let error as PostgresError where error.sqlState == Self.objectInUse {
      throw try await inUse(source ?? "template1", error, on: connection)
    } catch let error as PostgresError where Self.isDuplicate(error) {
      throw CommandFailure(
        code: .refused, errorCode: .unusableDatabase,
        message: "another job has just created the database '\(database)'",
        fix: "give each job its own database, for example with the job number in its name")
    }
  }

  /// The size in bytes from which FILE_COPY is used, 256 MiB. FILE_COPY costs two checkpoints of the whole server,
  /// but less per byte. In Benchmarks/results/template-clone.txt both strategies are equally fast at 566 MB for one
  /// job, and at 141 MB for four concurrent jobs.
  private static let fileCopySize = 256 << 20

  private static let objectInUse = SQLState(rawValue: "55006")

  /// Explains why the source cannot be copied: PostgreSQL does not copy a database with open connections. A complete
  /// template allows no connections, so it was changed, or the source is template1.
  private func inUse(
    _ source: String, _ error: PostgresError, on connection: PostgresConnection
  ) async throws -> CommandFailure {
    let sessions = try await connection.query(
      "SELECT pid || ' (' || coalesce(application_name, '') || ')' FROM pg_stat_activity WHERE datname = \(source)"
    ).map { try $0.decode(String.self) }
    let list = sessions.isEmpty ? "they have ended since" : sessions.joined(separator: ", ")
    return CommandFailure(
      code: .databaseUnusable, errorCode: .unusableDatabase, message: "\(error.message): \(list)",
      fix: "close these connections and prevent new ones: ALTER DATABASE "
        + "\(try PostgresIdentifier(source).quoted) WITH ALLOW_CONNECTIONS false")
  }

  /// Drops a template or an unfinished one.
  func drop(_ name: String, on connection: PostgresConnection) async throws {
    let identifier = try PostgresIdentifier(name)
    do {
      try await connection.query("ALTER DATABASE \(identifier) WITH IS_TEMPLATE false")
      try await connection.query("DROP DATABASE \(identifier) WITH (FORCE)")
    } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
      // Another job has dropped it.
    }
  }

  /// Checks that the job's database can be created.
  ///
  /// - Parameter replaces: whether to drop an existing database, unless it is stamped as production.
  func checkTarget(replaces: Bool, on connection: PostgresConnection) async throws {
    guard let database = target.database else {
      throw CommandFailure(
        code: .usage, message: "DATABASE_URL does not name a database",
        fix: "name the job's own database, such as postgresql://USER@HOST/job_1")
    }
    guard database != Self.maintenanceName, !database.hasPrefix(prefix + "_") else {
      throw CommandFailure(
        code: .usage, message: "'\(database)' cannot be the job's database: --clone-from uses it",
        fix: "name another database in DATABASE_URL")
    }
    let exists = try await connection.queryOne(
      "SELECT EXISTS (SELECT FROM pg_database WHERE datname = \(database))"
    ).decode(Bool.self)
    guard exists else { return }
    guard replaces else {
      throw CommandFailure(
        code: .refused, errorCode: .unusableDatabase,
        message: "the database '\(database)' already exists; --clone-from creates it",
        fix: "name a database that does not exist, or add --replace to drop it")
    }
    let stamp = try await PostgresConnection.with(target) { connection in
      guard
        try await connection.queryOne("SELECT to_regclass('seed_runner.environment') IS NOT NULL")
          .decode(Bool.self)
      else { return String?.none }
      return try await connection.query("SELECT name FROM seed_runner.environment").first?.decode(String.self)
    }
    guard stamp != SeedEnvironment.production.rawValue else { throw SeedGuardError.productionNotAllowed }
    try await connection.query("DROP DATABASE \(PostgresIdentifier(database))")
  }
}

extension TemplateDatabases {
  /// Drops a template unless a job is creating one with the same fingerprint.
  ///
  /// - Parameter connection: a connection to the maintenance database.
  /// - Returns: whether it was dropped.
  func dropUnlessLocked(_ name: String, on connection: PostgresConnection) async throws -> Bool {
    let whole = name.prefix(prefix.count + 1 + Self.fingerprintLength)
    return try await connection.withTransaction { lock in
      let isFree = try await lock.queryOne(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(\("seed-runner template " + whole), 0))"
      ).decode(Bool.self)
      guard isFree else { return false }
      // DROP DATABASE cannot run in a transaction, so it needs another connection.
      try await PostgresConnection.with(maintenance) { try await drop(name, on: $0) }
      return true
    }
  }
}
