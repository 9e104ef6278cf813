import Threads

/// The use of a connection by one task and its children: while it is lent, and while a transaction or a COPY is open.
///
/// The connection knows its current use, and each task knows the uses that it is part of. A statement is refused if the
/// two differ: the task kept the connection beyond a closure, or another task is in the middle of something.
final class ConnectionUse: Sendable {
  /// What the connection is used for.
  enum Purpose { case loan, transaction, copy }

  /// The uses that the task is part of, from the innermost to the outermost.
  @TaskLocal private static var current: ConnectionUse?
  /// That of a connection which lies in a pool. No task is part of it.
  static let nobody = ConnectionUse(connection: nil, purpose: .loan, outer: nil)

  private let connection: Int?
  private let purpose: Purpose
  private let outer: ConnectionUse?

  private init(connection: Int?, purpose: Purpose, outer: ConnectionUse?) {
    self.connection = connection
    self.purpose = purpose
    self.outer = outer
  }

  /// A use of the connection by the current task.
  convenience init(of connection: PostgresConnection, for purpose: Purpose) {
    self.init(connection: connection.number, purpose: purpose, outer: Self.current)
  }

  /// Runs `body` as a part of this use.
  func run<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    try await Self.$current.withValue(self) { try await body() }
  }

  /// - Throws: ``PostgresError`` with code `notBorrowed` if the current task has no right to a connection.
  static func check(_ use: ConnectionUse?, of connection: PostgresConnection, file: String, line: Int) throws
  {
    var own = current
    while let other = own, other.connection != connection.number { own = other.outer }
    guard own !== use else { return }
    var holder = use
    while let other = holder, other !== own { holder = other.outer }
    let isBusy = use?.purpose != .loan && (own == nil || holder != nil)
    throw PostgresError(
      code: .notBorrowed,
      message: isBusy
        ? """
        the connection is in the middle of another task's \(use?.purpose == .copy ? "COPY" : "transaction"); \
        borrow a connection for each task
        """
        : """
        the connection was used outside the closure that borrowed it; \
        await all work inside that closure, or borrow a connection again
        """, file: file, line: line)
  }
}

extension PostgresConnection {
  /// Whether the next borrower may have it, and who uses it now.
  struct Availability {
    /// Whether the connection stands and no transaction was open after its last statement.
    var isReusable = true
    var use: ConnectionUse?
  }

  /// Runs `body` as the only user of the connection, its child tasks included.
  nonisolated func exclusively<Result>(
    for purpose: ConnectionUse.Purpose, file: String, line: Int, _ body: () async throws -> Result
  ) async throws -> Result {
    let use = ConnectionUse(of: self, for: purpose)
    let next = try availability.withLock { availability in
      if purpose != .loan { try ConnectionUse.check(availability.use, of: self, file: file, line: line) }
      defer { availability.use = use }
      return purpose == .loan ? .nobody : availability.use
    }
    defer { availability.withLock { $0.use = next } }
    return try await use.run(body)
  }

  /// Claims the connection for a statement. Under the lock, so that a loan which ends meanwhile finds it busy.
  func beginStatement(file: String, line: Int) throws {
    try availability.withLock { availability in
      try ConnectionUse.check(availability.use, of: self, file: file, line: line)
      availability.isReusable = false
    }
  }
}
