extension ErrorCode {
  /// Errors of the connection, the server and the schema.
  static let database = [
    unreachable, authentication, missingDatabase, tls, connectionLost, readOnly, missingPrivilege,
    lockTimeout,
    statementTimeout, outOfResources, schemaMismatch, constraint, tooManyConnections, migration,
    missingExtension,
    embeddedServer, unusableDatabase, clusterUnusable, databaseError,
  ]

  /// No server responds.
  public static let unreachable = ErrorCode(
    "SR-401", "database unreachable",
    cause:
      "No PostgreSQL server responds at this address. The connection was retried for SEED_RETRY_BUDGET seconds.",
    fix: """
      Start the server, and correct host and port in DATABASE_URL. 'seed-runner doctor' shows where the address \
      comes from and at which step the connection fails.
      """)
  /// The server refuses the login.
  public static let authentication = ErrorCode(
    "SR-402", "login refused",
    cause:
      "The role does not exist, the password is wrong, or pg_hba.conf of the server refuses the connection.",
    fix: "Correct user and password in DATABASE_URL or ~/.pgpass, or allow the connection in pg_hba.conf.")
  /// The database does not exist.
  public static let missingDatabase = ErrorCode(
    "SR-403", "missing database",
    cause: "The server has no database of this name.",
    fix: "Create it with createdb, or correct the name in DATABASE_URL.")
  /// TLS fails.
  public static let tls = ErrorCode(
    "SR-404", "TLS failure",
    cause: "The server and sslmode do not agree, or the certificate cannot be verified.",
    fix:
      "Set sslmode and sslrootcert in DATABASE_URL as the message says. seed-runner never falls back to a weaker mode."
  )
  /// The connection was lost.
  public static let connectionLost = ErrorCode(
    "SR-405", "connection lost",
    cause:
      "The connection ended during the run: a restart, a failover, a pooler or the network. The retries failed too.",
    fix: "Run again. Every seeder is one transaction, so no part of it was written.")
  /// The database is read-only.
  public static let readOnly = ErrorCode(
    "SR-406", "read-only database",
    cause: "The server is a replica, or default_transaction_read_only is on.",
    fix: "Connect to the primary, or turn the setting off where the message says.")
  /// A privilege is missing.
  public static let missingPrivilege = ErrorCode(
    "SR-407", "missing privilege",
    cause: "The role may not read or write a table, or may not create the schema seed_runner.",
    fix: "Run 'seed-runner doctor', which prints the GRANT statements, or connect as another role.")
  /// A lock was not released in time.
  public static let lockTimeout = ErrorCode(
    "SR-408", "locked by another session",
    cause:
      "Another session has locked the rows or the table, or wrote to them at the same time. The retries failed too.",
    fix: "End the transaction of the session that the message names, or wait for it. Then run again.")
  /// A statement exceeded its time limit.
  public static let statementTimeout = ErrorCode(
    "SR-409", "statement timeout",
    cause: "A statement or transaction exceeded the time limit of the server, the database or the role.",
    fix: "Raise the limit where the message says, or add options=-c%20statement_timeout%3D0 to DATABASE_URL.")
  /// Disk or memory is exhausted.
  public static let outOfResources = ErrorCode(
    "SR-410", "out of disk or memory",
    cause: "The server or this machine has no disk space, memory or threads left.",
    fix: "Free resources, then run again. Nothing of the failed seeder was written.")
  /// The schema is not the expected one.
  public static let schemaMismatch = ErrorCode(
    "SR-411", "schema mismatch",
    cause: "A statement names a table, column or function that the database does not have.",
    fix: "Run 'seed-runner migrate up'. If nothing is due, 'seed-runner doctor' shows what is missing.")
  /// A constraint was violated.
  public static let constraint = ErrorCode(
    "SR-412", "constraint violation",
    cause: "A seeder in Swift wrote a row that violates a constraint of its table.",
    fix: "Correct the rows of the seeder. The message names the constraint.")
  /// No connection is free.
  public static let tooManyConnections = ErrorCode(
    "SR-413", "no connection available",
    cause: "The server has reached max_connections, or no connection of the pool became free in time.",
    fix: "Lower --jobs, close idle connections, or raise max_connections.")
  /// A migration cannot be applied.
  public static let migration = ErrorCode(
    "SR-414", "migration failed",
    cause: """
      A migration failed, was edited after it was applied, is older than an applied one, or was applied by a newer \
      program.
      """,
    fix: "The message names the migration and the fix. 'seed-runner migrate status' lists all migrations.")
  /// An extension is not available.
  public static let missingExtension = ErrorCode(
    "SR-415", "missing extension",
    cause: "The server does not offer an extension, or the role may not create it.",
    fix: "Install the extension on the server, or have an administrator run CREATE EXTENSION.")
  /// The embedded PostgreSQL cannot be used.
  public static let embeddedServer = ErrorCode(
    "SR-416", "embedded PostgreSQL failed",
    cause:
      "Without DATABASE_URL, seed-runner starts a private PostgreSQL, which could not be found, started or stopped.",
    fix:
      "Follow the fix in the message, or set DATABASE_URL to use another server. 'seed-runner db status' shows its state."
  )
  /// `ci --clone-from` cannot create the database of the job.
  public static let unusableDatabase = ErrorCode(
    "SR-417", "database of a job",
    cause: """
      'ci --clone-from' creates the database of the job from a template. The database already exists, or sessions \
      are connected to the template.
      """,
    fix: "Give each job its own database, add --replace to drop an existing one, or close the connections.")
  /// A cluster cannot be used.
  public static let clusterUnusable = ErrorCode(
    "SR-418", "cluster cannot be used",
    cause: """
      'scale-out' needs the coordinator of a Citus cluster, whose nodes all respond and have the same versions and \
      extensions.
      """,
    fix: "Do what the message says. 'seed-runner scale-out status' shows all nodes.")
  /// The server reports another error.
  public static let databaseError = ErrorCode(
    "SR-499", "database error",
    cause: "The server reported an error that has no code here. The message contains its SQLSTATE.",
    fix: "Look up the SQLSTATE in the PostgreSQL manual. --debug logs the statement.")
}
