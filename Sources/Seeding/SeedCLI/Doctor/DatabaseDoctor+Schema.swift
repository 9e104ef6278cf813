import Migrations
import Postgres
import SeedKit

extension DatabaseDoctor {
  /// Compares the applied migrations with those of this program.
  func migrations() async throws -> DoctorVerdict {
    let states = try await Migrator(sets: try migrationSets()).status(on: connection)
    var pending: [String] = []
    var edited: [String] = []
    var unknown: [String] = []
    var applied = 0
    for state in states {
      let name = "\(state.set) \(state.version) \(state.name)"
      switch state.status {
      case .applied: applied += 1
      case .pending: pending.append(name)
      case .edited: edited.append(name)
      case .unknown: unknown.append(name)
      }
    }
    if !edited.isEmpty {
      return .failure(
        "edited after \(edited.count == 1 ? "it was" : "they were") applied: \(edited.joined(separator: ", "))",
        fix: "restore the applied migration, and make the change in a new migration")
    }
    if !unknown.isEmpty {
      return .warning(
        "applied by a newer version of \(session.programName): \(unknown.joined(separator: ", "))",
        fix: "use the version of \(session.programName) that migrated this database")
    }
    if pending.isEmpty { return .ok("\(applied) applied, none pending") }
    if applied == 0 { return .ok("never migrated; the first run applies \(pending.count)") }
    return .warning(
      "pending: \(pending.joined(separator: ", "))",
      fix: "run '\(session.programName) migrate up'. A run also applies them")
  }

  /// Compares the environment stamp of the database with the configured environment.
  func environment() async throws -> DoctorVerdict {
    let environment = session.settings[.environment]
    guard let stamp = try await EnvironmentStamp.found(on: connection) else {
      return .ok("no environment stamp yet; the first run sets '\(environment)'")
    }
    guard stamp == environment.rawValue else {
      return .failure(
        "the database is stamped '\(stamp)', the configuration is for '\(environment)'",
        fix: "use --env \(stamp), another database, or --restamp to replace the stamp")
    }
    return .ok("the database is stamped '\(stamp)'")
  }

  /// Looks for transactions that are so old that they delay VACUUM and index builds.
  func longTransactions() async throws -> DoctorVerdict {
    let seconds = session.command.integer("older-than") ?? 300
    let found = try await connection.query(
      """
      SELECT pid, coalesce(usename, ''), coalesce(application_name, ''), coalesce(state, ''),
        extract(epoch FROM clock_timestamp() - xact_start)::bigint
      FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND clock_timestamp() - xact_start > make_interval(secs => \(Double(seconds)))
      ORDER BY xact_start LIMIT 5
      """
    ).map { try $0.decode(Int32.self, String.self, String.self, String.self, Int.self) }
    guard let oldest = found.first else { return .ok("none older than \(Text.duration(.seconds(seconds)))") }
    let shown = found.map { pid, user, program, state, age in
      "process \(pid) of '\(user)'\(program.isEmpty ? "" : " (\(program.printable))"), \(state), "
        + "for \(Text.duration(.seconds(age)))"
    }
    return .warning(
      shown.joined(separator: "\n"),
      fix: "end the transaction in its application, or run: SELECT pg_terminate_backend(\(oldest.0))")
  }

  /// Looks for locks that a run would wait for.
  func locks() async throws -> DoctorVerdict {
    let blocking = try await reading { try await blockingLocks() }
    if let first = blocking.first {
      let shown = blocking.map { "process \($0.pid) holds \($0.mode) on \($0.table)" }
      return .failure(
        shown.joined(separator: "\n"),
        fix: "end the transaction in its application, or run: SELECT pg_terminate_backend(\(first.pid))")
    }
    let running: [String]
    do {
      running = try await inTransaction { try await heldRowLocks() }
    } catch let error as PostgresError
      where error.sqlState == .readOnlyTransaction || error.sqlState == .insufficientPrivilege
    {
      return .ok("no locked tables; this role cannot see whether another run is active")
    }
    guard running.isEmpty else {
      return .warning(
        "another run is active: it has locked \(running.joined(separator: ", "))",
        fix: "wait for it to finish, as a new run does, or stop it. Its locks are released when it ends")
    }
    return .ok("no locked tables, no other run is active")
  }

  private func blockingLocks() async throws -> [(pid: Int32, mode: String, table: String)] {
    let tables = try await existingTables()
    guard !tables.isEmpty else { return [] }
    // The lock modes that conflict with INSERT and UPDATE.
    return try await connection.query(
      """
      SELECT l.pid, l.mode, t.name FROM unnest(\(tables)) AS t (name)
      JOIN pg_locks AS l ON l.relation = to_regclass(t.name)::oid
      WHERE l.granted AND l.locktype = 'relation' AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      ORDER BY t.name, l.pid LIMIT 5
      """
    ).map { row in
      let (pid, mode, table) = try row.decode(Int32.self, String.self, String.self)
      return (pid, mode, table)
    }
  }

  /// The rows of the lock table that another session has locked. The free rows are locked until the transaction
  /// ends.
  private func heldRowLocks() async throws -> [String] {
    let exists = try await connection.queryOne("SELECT to_regclass('seed_runner.lock') IS NOT NULL")
      .decode(Bool.self)
    guard exists else { return [] }
    let all = try await connection.query("SELECT name FROM seed_runner.lock ORDER BY name")
      .map { try $0.decode(String.self) }
    let free = try await connection.query("SELECT name FROM seed_runner.lock FOR UPDATE SKIP LOCKED")
      .map { try $0.decode(String.self) }
    return all.filter { !free.contains($0) }
  }
}
