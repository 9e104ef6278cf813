import FoundationEssentials
public import Postgres

/// Applies and reverts the migrations of a program.
///
/// Each migration runs in its own transaction together with its entry in the history, under a lock. If many
/// programs start at once, one applies it and the others find it applied.
public struct Migrator: Sendable {
  /// The sets, in the order in which they are applied.
  public let sets: [MigrationSet]
  let lock: RowLock

  /// Creates a migrator. Opens nothing.
  ///
  /// - Parameters:
  ///   - sets: the sets, in the order in which they are applied.
  ///   - lockTimeout: how long to wait for another program that is migrating. 300 seconds by default.
  public init(sets: [MigrationSet], lockTimeout: Duration = .seconds(300)) {
    self.sets = sets
    lock = RowLock(name: "migrations", timeout: lockTimeout)
  }

  /// A migration of a set that is to be applied or reverted.
  struct Step {
    let set: String
    let migration: Migration
  }

  /// Applies due migrations. For an up-to-date database this is one read without a lock.
  ///
  /// Applied versions that this program does not contain are ignored: they come from a newer version during a
  /// rolling deployment.
  ///
  /// - Parameters:
  ///   - pool: needs two connections if a migration runs outside a transaction.
  ///   - version: the last version of each set to apply; all if nil.
  /// - Returns: the applied migrations, in order.
  /// - Throws: ``MigrationError``; `PostgresError`. Migrations applied before the error stay applied, including
  ///   those of sets after one whose extension is missing.
  public func apply(on pool: PostgresPool, to version: Int? = nil) async throws -> [MigrationOutcome] {
    let (outcomes, missing) = try await applyPossible(on: pool, to: version)
    if let error = missing.first?.error { throw error }
    return outcomes
  }

  /// A set that cannot be applied because an extension is missing, with the error.
  public typealias Unavailable = (set: String, error: MigrationError)

  /// Applies due migrations. A set whose extension is missing stops before the migration that needs it, and a later
  /// call continues there.
  ///
  /// - Returns: the applied migrations, in order, and the sets that could not be completed.
  /// - Throws: ``MigrationError`` for any other reason; `PostgresError`. Migrations applied before the error stay
  ///   applied.
  public func applyPossible(
    on pool: PostgresPool, to version: Int? = nil
  ) async throws -> (outcomes: [MigrationOutcome], missing: [Unavailable]) {
    try await applyPossible(on: pool, to: version, after: nil)
  }

  /// Like ``applyPossible(on:to:)``, for callers that have already read the history.
  ///
  /// - Parameters:
  ///   - pool: needs two connections if a migration runs outside a transaction.
  ///   - version: the last version of each set to apply; all if nil.
  ///   - applied: the history; nil to read it, and empty if it may not exist.
  package func applyPossible(
    on pool: PostgresPool, to version: Int? = nil, after applied: [Applied]?
  ) async throws -> (outcomes: [MigrationOutcome], missing: [Unavailable]) {
    let limit = version ?? .max
    let known: [MigrationHistory.Entry]? =
      if let applied { applied.map(\.entry) } else {
        try await pool.withConnection { try await MigrationHistory.find(on: $0) }
      }
    guard try known == nil || !due(known ?? [], to: limit).isEmpty else { return ([], []) }
    if known?.isEmpty != false {
      try await pool.withConnection { connection in
        try await explained(nil, on: connection) { try await MigrationHistory.create(on: connection) }
      }
    }
    let history = known ?? []
    var steps = try due(history, to: limit)[...]
    var outcomes: [MigrationOutcome] = []
    var missing: [Unavailable] = []
    let first = together(Array(steps), after: history)
    if first.count > 1 {
      outcomes = try await pool.withConnection { connection in
        // The server parses the whole script before running it, so `standard_conforming_strings` must already be
        // on.
        guard await connection.hasStandardStrings else { return [] }
        return try await applyTogether(first, on: connection)
      }
      steps = steps.dropFirst(outcomes.count)
    }
    for step in steps where !missing.contains(where: { $0.set == step.set }) {
      do {
        if let outcome = try await apply(step, to: limit, on: pool) { outcomes.append(outcome) }
      } catch let error as MigrationError where error.isExtensionMissing {
        missing.append((step.set, error))
      }
    }
    return (outcomes, missing)
  }

  /// Applies one migration, unless another program has applied it meanwhile.
  private func apply(_ step: Step, to limit: Int, on pool: PostgresPool) async throws -> MigrationOutcome? {
    try await pool.withConnection { connection in
      try await explained(step, on: connection) {
        try await lock.withTransaction(
          on: connection, setup: [StableSettings.statement],
          reading: [MigrationHistory.all] + step.migration.presence, onWait: { _ in }
        ) { connection, opening in
          let found = try await connection.rows(of: opening)
          let history = try MigrationHistory.decode(found[0])
          let isDue = try due(history, to: limit).contains {
            $0.set == step.set && $0.migration.version == step.migration.version
          }
          guard isDue else { return nil }
          let duration = try await ContinuousClock().measure {
            guard !isPresent(step.migration, by: history), !step.migration.isPresent(found[1...]) else {
              return
            }
            try await run(step.migration.up, of: step, on: connection, pool: pool)
          }
          await connection.runAtCommit(
            MigrationHistory.insertion(of: step.migration, set: step.set, duration: duration))
          return MigrationOutcome(
            set: step.set, version: step.migration.version, name: step.migration.name, duration: duration)
        }
      }
    }
  }

  /// Whether the database has a migration's statements from the set they were moved from.
  func isPresent(_ migration: Migration, by history: [MigrationHistory.Entry]) -> Bool {
    history.contains { $0.set == migration.origin?.set && $0.version == migration.origin?.version }
  }

  /// Runs a script in the transaction of `connection`, or statement by statement on another connection while
  /// `connection` holds the lock.
  func run(
    _ script: String, of step: Step, on connection: PostgresConnection, pool: PostgresPool
  ) async throws {
    guard !step.migration.isTransactional else {
      try await connection.runScript(script)
      return
    }
    // The extended protocol keeps the last statement's portal and its snapshot, for which CREATE INDEX CONCURRENTLY
    // would wait forever. A statement of the simple protocol closes it.
    try await connection.runScript("SELECT 1")
    try await pool.withConnection { other in
      for statement in SQLScript(script).statements {
        try await other.query(PostgresQuery(unescaped: statement.text))
      }
    }
  }

  /// The due migrations.
  ///
  /// - Throws: ``MigrationError`` if the history and the files contradict each other.
  func due(_ history: [MigrationHistory.Entry], to limit: Int) throws -> [Step] {
    try sets.flatMap { set in
      let applied = history.filter { $0.set == set.name }
      for migration in set.migrations {
        guard let entry = applied.first(where: { $0.version == migration.version }),
          entry.checksum != migration.checksum
        else { continue }
        throw MigrationError(
          .checksumMismatch,
          """
          \(migration.file) of '\(set.name)' was edited after it was applied.
          applied:  sha256 \(entry.checksum)
          the file: sha256 \(migration.checksum)
          Restore the file, and make the change in a new migration.
          """)
      }
      let pending = set.migrations.filter { migration in
        migration.version <= limit && !applied.contains { $0.version == migration.version }
      }
      let known = set.migrations.map(\.version)
      let newest = applied.map(\.version).filter(known.contains).max() ?? .min
      if let late = pending.first(where: { $0.version < newest }) {
        throw MigrationError(
          .outOfOrder,
          """
          \(late.file) of '\(set.name)' is due, but the later version \(newest) is already applied. \
          Give the migration a version above \(newest).
          """)
      }
      return pending.map { Step(set: set.name, migration: $0) }
    }
  }

  /// The status of each migration. Only reads, also on a database that was never migrated.
  ///
  /// - Throws: `PostgresError`.
  public func status(on pool: PostgresPool) async throws -> [MigrationState] {
    try await pool.withConnection { try await status(on: $0) }
  }

  /// The status of each migration, read over a connection.
  ///
  /// - Throws: `PostgresError`.
  public func status(on connection: PostgresConnection) async throws -> [MigrationState] {
    let history = try await MigrationHistory.read(on: connection) ?? []
    return sets.flatMap { set in
      let applied = history.filter { $0.set == set.name }
      let known = set.migrations.map { migration in
        let entry = applied.first { $0.version == migration.version }
        let status: MigrationState.Status =
          switch entry {
          case nil: .pending
          case let entry? where entry.checksum != migration.checksum:
            .edited(entry.appliedAt, appliedChecksum: entry.checksum)
          case let entry?: .applied(entry.appliedAt)
          }
        return MigrationState(
          set: set.name, version: migration.version, name: migration.name, status: status)
      }
      let versions = set.migrations.map(\.version)
      let unknown = applied.filter { !versions.contains($0.version) }.map {
        MigrationState(set: set.name, version: $0.version, name: $0.name, status: .unknown($0.appliedAt))
      }
      return (known + unknown).sorted { $0.version < $1.version }
    }
  }
}

extension Migrator {
  /// An applied migration, with what is needed to decide whether others are due.
  package struct Applied: Sendable {
    let set: String
    let version: Int
    let checksum: String

    /// Takes a row of `seed_runner.migration`.
    package init(set: String, version: Int, checksum: String) {
      self.set = set
      self.version = version
      self.checksum = checksum
    }

    var entry: MigrationHistory.Entry {
      MigrationHistory.Entry(
        set: set, version: version, name: "", checksum: checksum, appliedAt: .distantPast)
    }
  }

  /// Whether nothing is due, for callers that have read the history themselves.
  ///
  /// - Throws: ``MigrationError`` if the history and the files contradict each other.
  package func isCurrent(_ applied: [Applied]) throws -> Bool {
    try due(applied.map(\.entry), to: .max).isEmpty
  }

  /// The due migrations, in order, for callers that have read the history themselves.
  ///
  /// - Throws: ``MigrationError`` if the history and the files contradict each other.
  package func due(_ applied: [Applied]) throws -> [(set: String, migration: Migration)] {
    try due(applied.map(\.entry), to: .max).map { ($0.set, $0.migration) }
  }

  /// The due migrations, in order.
  ///
  /// - Throws: ``MigrationError`` if the history and the files contradict each other; `PostgresError`.
  package func due(on pool: PostgresPool) async throws -> [(set: String, migration: Migration)] {
    let history = try await pool.withConnection { try await MigrationHistory.find(on: $0) } ?? []
    return try due(history, to: .max).map { ($0.set, $0.migration) }
  }
}
