import Threads

/// Lets several tasks share the round trips of one connection.
///
/// Statements are collected until every task has ended or waits for rows, and are then sent in one pipeline. So the
/// tasks together need as many round trips as the one that needs most. They run in one transaction, in which an error
/// of one fails the statements of all.
package final class SharedRoundTrips: Sendable {
  /// A statement cannot be shared: a COPY, a script, or a transaction of its own.
  package struct Unfit: Error {}

  /// A task that shares the connection.
  package final class Member: Sendable {
    fileprivate let trips: SharedRoundTrips
    private let isOut = Lock(false)

    fileprivate init(_ trips: SharedRoundTrips) { self.trips = trips }

    /// Rejects all further statements of the task.
    package func leave() { isOut.withLock { $0 = true } }

    /// Whether a statement of the task was rejected, or would be.
    package var hasLeft: Bool { isOut.withLock(\.self) }
  }

  /// The member that is the current task; nil if its statements are not shared.
  @TaskLocal package static var member: Member?

  private struct Request {
    let queries: [PostgresQuery]
    let answer: CheckedContinuation<[PostgresRows], any Error>
  }

  private struct State {
    /// The number of bodies that have not ended.
    var open = 0
    /// The number of tasks that do not wait for rows. May be too small, if a body has several tasks.
    var running = 0
    var requests: [Request] = []
    var sender: CheckedContinuation<[Request], Never>?

    /// Takes the requests if no other is expected. Their tasks count as running from now on. Empty at the end.
    mutating func take() -> [Request]? {
      guard running <= 0, !requests.isEmpty || open == 0 else { return nil }
      defer { (running, requests) = (requests.count, []) }
      return requests
    }
  }

  private let connection: PostgresConnection
  private let state = Lock(State())

  private init(_ connection: PostgresConnection) { self.connection = connection }

  /// Runs the bodies at the same time. Their statements on the connection share round trips.
  ///
  /// - Returns: the results, in the order of the bodies.
  package static func run<Result: Sendable>(
    on connection: PostgresConnection, _ bodies: [@Sendable () async -> Result]
  ) async -> [Result] {
    let trips = SharedRoundTrips(connection)
    trips.state.withLock { ($0.open, $0.running) = (bodies.count, bodies.count) }
    return await withTaskGroup(of: (Int, Result).self) { group in
      for (index, body) in bodies.enumerated() {
        group.addTask {
          let member = Member(trips)
          let result = await $member.withValue(member) { await body() }
          member.leave()
          trips.end()
          return (index, result)
        }
      }
      await trips.send()
      var results: [Int: Result] = [:]
      for await (index, result) in group { results[index] = result }
      return bodies.indices.compactMap { results[$0] }
    }
  }

  /// Sends what the tasks ask for until all have ended.
  private func send() async {
    while true {
      let requests = await withCheckedContinuation { sender in
        let requests = state.withLock { state in
          let requests = state.take()
          if requests == nil { state.sender = sender }
          return requests
        }
        if let requests { sender.resume(returning: requests) }
      }
      guard !requests.isEmpty else { return }
      do {
        var rows = try await connection.pipeline(sharingOpening: requests.flatMap(\.queries))[...]
        for request in requests {
          request.answer.resume(returning: Array(rows.prefix(request.queries.count)))
          rows = rows.dropFirst(request.queries.count)
        }
      } catch {
        for request in requests { request.answer.resume(throwing: error) }
      }
    }
  }

  /// Counts a task as waiting or ended.
  private func end(_ request: Request? = nil) {
    let (sender, requests) = state.withLock { state -> (CheckedContinuation<[Request], Never>?, [Request]) in
      state.running -= 1
      if let request { state.requests.append(request) } else { state.open -= 1 }
      guard let sender = state.sender, let requests = state.take() else { return (nil, []) }
      state.sender = nil
      return (sender, requests)
    }
    sender?.resume(returning: requests)
  }

  fileprivate func rows(of queries: [PostgresQuery]) async throws -> [PostgresRows] {
    PostgresTraffic.current?.addShared(process: connection.backendProcessID)
    return try await withCheckedThrowingContinuation { end(Request(queries: queries, answer: $0)) }
  }
}

extension PostgresConnection {
  /// Runs statements together with those of other tasks; nil if the current task does not share the connection.
  nonisolated func shared(_ queries: [PostgresQuery]) async throws -> [PostgresRows]? {
    guard let member = SharedRoundTrips.member, member.trips.isOf(self) else { return nil }
    guard !member.hasLeft else { throw SharedRoundTrips.Unfit() }
    return try await member.trips.rows(of: queries)
  }

  /// Rejects what cannot be shared.
  nonisolated func refuseIfShared() throws {
    guard let member = SharedRoundTrips.member, member.trips.isOf(self) else { return }
    member.leave()
    throw SharedRoundTrips.Unfit()
  }
}

extension SharedRoundTrips {
  fileprivate func isOf(_ other: PostgresConnection) -> Bool { connection === other }
}
