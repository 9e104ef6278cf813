import FoundationEssentials
import Postgres
import SeedKit

extension TemplateDatabases {
  /// Whether there is a whole template of a fingerprint.
  func exists(_ fingerprint: Fingerprint, on connection: PostgresConnection) async throws -> Bool {
    try await connection.queryOne(
      "SELECT EXISTS (SELECT FROM pg_database WHERE datname = \(name(of: fingerprint)) AND datistemplate)"
    ).decode(Bool.self)
  }

  /// Keeps others from making a template of the fingerprint while `body` works.
  ///
  /// The lock is that of a transaction in the maintenance database: it ends with its holder, however that ends.
  /// There is no database of ours yet in which a row could be locked. Who has to wait polls in short
  /// transactions.
  ///
  /// - Parameter body: gets nil if the template is there, so that there is nothing to make; else the
  ///   connection whose transaction holds the lock.
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
          // Somebody may have made it between the look and the lock.
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

  /// The transaction is idle while the template is made, which is meant; a host that vanishes is noticed
  /// after a minute.
  private static let lockSetup: [PostgresQuery] = [
    "SET LOCAL idle_in_transaction_session_timeout = 0", "SET LOCAL tcp_keepalives_idle = 30",
    "SET LOCAL tcp_keepalives_interval = 10", "SET LOCAL tcp_keepalives_count = 3",
  ]

  private func timedOut(_ fingerprint: Fingerprint, after waited: Duration) -> CommandFailure {
    CommandFailure(
      code: .databaseUnusable, errorCode: .lockTimeout,
      message:
        "another job has been creating the template \(name(of: fingerprint)) for \(Text.duration(waited))",
      fix: "check that job, or raise SEED_LOCK_TIMEOUT. The lock needs no cleanup: the "
        + "server releases it when the job's connection ends")
  }

  /// Makes an empty database in which a template comes to be. Those of makers that were killed go, and no
  /// others: nobody is connected to them.
  ///
  /// - Parameter connection: one to the maintenance database, outside a transaction; the lock is held.
  func makeNew(_ fingerprint: Fingerprint, on connection: PostgresConnection) async throws -> String {
    let started = "\(name(of: fingerprint))_new_"
    let leftOver = try await all(on: connection).map(\.name).filter { $0.hasPrefix(started) }
    for name in leftOver {
      do {
        try await connection.query("DROP DATABASE IF EXISTS \(PostgresIdentifier(name))")
      } catch let error as PostgresError where error.sqlState == Self.objectInUse {
        // Its maker lost the lock in a restart of the server, and works on.
      }
    }
    let name = newName(of: fingerprint)
    try await connection.query("CREATE DATABASE \(PostgresIdentifier(name))")
    return name
  }

  /// Makes a template of a database that is seeded: renamed, closed and labelled in the transaction that
  /// holds the lock, so that it is whole as soon as it has its name.
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
    // COMMENT takes no parameters; the text is our own, its quotes are doubled all the same.
    try await connection.query(
      "COMMENT ON DATABASE \(whole) IS '\(unescaped: text.replacing("'", with: "''"))'")
  }

  /// Makes the job's database from the template.
  ///
  /// - Parameters:
  ///   - source: nil for an empty database.
  ///   - connection: one to the maintenance database.
  func makeTarget(from source: String?, on connection: PostgresConnection) async throws {
    guard let database = target.database else { return }
    var options = ""
    if let source {
      options = " TEMPLATE \(try PostgresIdentifier(source).quoted)"
      // Known since PostgreSQL 15; before that files were copied.
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

  /// From how many bytes on the files are copied, 256 MiB: that takes two checkpoints of the whole server, and
  /// less for each byte. By Benchmarks/results/template-clone.txt it is as fast at 566 MB for one job alone, and
  /// at 141 MB for four at once.
  private static let fileCopySize = 256 << 20

  private static let objectInUse = SQLState(rawValue: "55006")

  /// PostgreSQL copies no database to which somebody is connected. A whole template takes no connections, so
  /// somebody has changed it, or it is template1 that they are connected to.
  private func inUse(
    _ source: String, _ error: PostgresError, on connection: PostgresConnection
  ) async throws -> CommandFailure {
    let sessions = try await connection.query(
      "SELECT pid || ' (' || coalesce(application_name, '') || ')' FROM pg_stat_activity WHERE datname = \(source)"
    ).map { try $0.decode(String.self) }
    let list = sessions.isEmpty ? "gone by now" : sessions.joined(separator: ", ")
    return CommandFailure(
      code: .databaseUnusable, errorCode: .unusableDatabase, message: "\(error.message): \(list)",
      fix: "close these connections and prevent new ones: ALTER DATABASE "
        + "\(try PostgresIdentifier(source).quoted) WITH ALLOW_CONNECTIONS false")
  }

  /// Drops a template or what was to become one.
  func drop(_ name: String, on connection: PostgresConnection) async throws {
    let identifier = try PostgresIdentifier(name)
    do {
      try await connection.query("ALTER DATABASE \(identifier) WITH IS_TEMPLATE false")
      try await connection.query("DROP DATABASE \(identifier) WITH (FORCE)")
    } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
      // Somebody else has dropped it.
    }
  }

  /// Looks whether the job's database can be made.
  ///
  /// - Parameter replaces: drops one that is there, unless it is production.
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
  /// Drops a template unless somebody is making it, or one of its fingerprint.
  ///
  /// - Parameter connection: one to the maintenance database.
  /// - Returns: whether it was dropped.
  func dropUnlessLocked(_ name: String, on connection: PostgresConnection) async throws -> Bool {
    let whole = name.prefix(prefix.count + 1 + Self.fingerprintLength)
    return try await connection.withTransaction { lock in
      let isFree = try await lock.queryOne(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(\("seed-runner template " + whole), 0))"
      ).decode(Bool.self)
      guard isFree else { return false }
      // A database is dropped outside of transactions, so on a connection of its own.
      try await PostgresConnection.with(maintenance) { try await drop(name, on: $0) }
      return true
    }
  }
}
