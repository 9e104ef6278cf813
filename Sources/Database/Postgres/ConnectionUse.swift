import Threads

/// The use of a connection by one task and its children: a loan, an open transaction or an open COPY.
///
/// The connection knows its current use, and each task knows the uses it belongs to. If they do not match, a
/// statement is rejected: the task kept the connection after the closure returned, or another task has a
/// transaction or COPY open.
final class ConnectionUse: Sendable {
  enum Purpose { case loan, transaction, copy }

  /// The innermost use of the current task.
  @TaskLocal private static var current: ConnectionUse?
  /// The use of an idle connection in a pool. No task belongs to it.
  static let nobody = ConnectionUse(connection: nil, purpose: .loan, outer: nil)

  private let connection: Int?
  private let purpose: Purpose
  private let outer: ConnectionUse?

  private init(connection: Int?, purpose: Purpose, outer: ConnectionUse?) {
    self.connection = connection
    self.purpose = purpose
    self.outer = outer
  }

  /// Creates a use of the connection by the current task.
  convenience init(of connection: PostgresConnection, for purpose: Purpose) {
    self.init(connection: connection.number, purpose: purpose, outer: Self.current)
  }

  /// Runs `body` within this use.
  func run<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    try await Self.$current.withValue(self) { try await body() }
  }

  /// - Throws: ``PostgresError`` with code `notBorrowed` if the current task may not use the connection.
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
  /// Whether a pool can lend the connection again, and its current use.
  struct Availability {
    /// Whether the connection is open and no transaction was open after the last statement.
    var isReusable = true
    var use: ConnectionUse?
  }

  /// Runs `body` with exclusive use of the connection for this task and its child tasks.
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

  /// Claims the connection for a statement. Takes the lock, so that a loan that ends at the same time finds it
  /// busy.
  func beginStatement(file: String, line: Int) throws {
    try availability.withLock { availability in
      try ConnectionUse.check(availability.use, of: self, file: file, line: line)
      availability.isReusable = false
    }
  }
}
