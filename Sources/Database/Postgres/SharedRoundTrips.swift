import Threads

/// Lets several tasks share the round trips of one connection.
///
/// Statements are collected until every task has either finished or is waiting for rows, and are then sent in one
/// pipeline. So the tasks together need as many round trips as the one that needs most. Statements that have waited for a
/// second are sent anyway, because one task may wait for another. The tasks run in one transaction, in which an error of
/// one fails the statements of all.
package final class SharedRoundTrips: Sendable {
  /// A statement cannot be shared: a COPY, a script, or a transaction of its own.
  package struct NotShareable: Error {}

  /// A task that shares the connection.
  package final class Member: Sendable {
    fileprivate let trips: SharedRoundTrips
    fileprivate let number: Int
    private let isOut = Lock(false)

    fileprivate init(_ trips: SharedRoundTrips, number: Int) {
      self.trips = trips
      self.number = number
    }

    /// Rejects all further statements of the task.
    package func leave() { isOut.withLock { $0 = true } }

    /// Whether the task can no longer share the connection.
    package var hasLeft: Bool { isOut.withLock(\.self) }
  }

  /// The member that is the current task; nil if its statements are not shared.
  @TaskLocal package static var member: Member?

  private struct Request {
    let member: Int
    let queries: [PostgresQuery]
    let response: CheckedContinuation<[PostgresRows], any Error>
  }

  private struct State {
    /// For each member that has not ended, the number of its requests.
    var waiting: [Int: Int] = [:]
    var requests: [Request] = []
    var sender: CheckedContinuation<[Request], Never>?

    /// Returns the pending requests once every active member has one. Returns an empty array when all have finished.
    ///
    /// - Parameter isLate: whether to return them without waiting for the other members.
    mutating func take(isLate: Bool = false) -> [Request]? {
      guard waiting.values.allSatisfy({ $0 > 0 }) || isLate && !requests.isEmpty else { return nil }
      for request in requests { waiting[request.member]? -= 1 }
      defer { requests = [] }
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
    trips.state.withLock { state in for index in bodies.indices { state.waiting[index] = 0 } }
    return await withTaskGroup(of: (Int, Result).self) { group in
      for (index, body) in bodies.enumerated() {
        group.addTask {
          let member = Member(trips, number: index)
          let result = await $member.withValue(member) { await body() }
          member.leave()
          trips.update { $0.waiting[index] = nil }
          return (index, result)
        }
      }
      async let _ = trips.hurry()
      await trips.send()
      await connection.discardWaiting()
      var results: [Int: Result] = [:]
      for await (index, result) in group { results[index] = result }
      return bodies.indices.compactMap { results[$0] }
    }
  }

  /// Sends what the tasks ask for until all have finished.
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
          request.response.resume(returning: Array(rows.prefix(request.queries.count)))
          rows = rows.dropFirst(request.queries.count)
        }
      } catch {
        for request in requests { request.response.resume(throwing: error) }
      }
    }
  }

  /// Sends what has been waiting for up to a second, until the task is canceled.
  private func hurry() async {
    while (try? await Task.sleep(for: .seconds(1))) != nil { update(isLate: true) }
  }

  /// Changes the state, and sends the requests if no other task is still running.
  private func update(isLate: Bool = false, _ change: (inout State) -> Void = { _ in }) {
    let (sender, requests) = state.withLock { state -> (CheckedContinuation<[Request], Never>?, [Request]) in
      change(&state)
      guard let sender = state.sender, let requests = state.take(isLate: isLate) else { return (nil, []) }
      state.sender = nil
      return (sender, requests)
    }
    sender?.resume(returning: requests)
  }

  fileprivate func rows(of queries: [PostgresQuery], for member: Int) async throws -> [PostgresRows] {
    PostgresTraffic.current?.addShared(process: connection.backendProcessID)
    return try await withCheckedThrowingContinuation { response in
      update { state in
        state.waiting[member]? += 1
        state.requests.append(Request(member: member, queries: queries, response: response))
      }
    }
  }
}

extension PostgresConnection {
  /// Runs statements together with those of other tasks; nil if the current task does not share the connection.
  nonisolated func shared(_ queries: [PostgresQuery]) async throws -> [PostgresRows]? {
    guard let member = SharedRoundTrips.member, member.trips.isOf(self) else { return nil }
    guard !member.hasLeft else { throw SharedRoundTrips.NotShareable() }
    do {
      return try await member.trips.rows(of: queries, for: member.number)
    } catch {
      // The task may catch the error, but its result is not valid.
      member.leave()
      throw error
    }
  }

  /// Rejects what cannot be shared.
  nonisolated func refuseIfShared() throws {
    guard let member = SharedRoundTrips.member, member.trips.isOf(self) else { return }
    member.leave()
    throw SharedRoundTrips.NotShareable()
  }
}

extension SharedRoundTrips {
  fileprivate func isOf(_ other: PostgresConnection) -> Bool { connection === other }
}
