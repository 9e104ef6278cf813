import Synchronization
import Threads

/// The open connections.
final class ConnectionTable: Sendable {
  private let connections = Lock<[Int32: Connection]>([:])
  private let size = Atomic(0)

  var count: Int { size.load(ordering: .acquiring) }

  func count(from address: String) -> Int {
    connections.withLock { $0.values.count { $0.address == address } }
  }

  func insert(_ connection: Connection) { change { $0[connection.descriptor] = connection } }

  /// Call this before the descriptor is closed, because its number can be reused afterwards.
  func remove(_ connection: Connection) {
    change { if $0[connection.descriptor] === connection { $0[connection.descriptor] = nil } }
  }

  private func change(_ body: (inout [Int32: Connection]) -> Void) {
    connections.withLock { connections in
      body(&connections)
      size.store(connections.count, ordering: .releasing)
    }
  }

  func connection(descriptor: Int32) -> Connection? { connections.withLock { $0[descriptor] } }

  /// Calls `body` for each connection. The lock is held, so no connection is closed meanwhile and all descriptors are
  /// valid.
  func forEach(_ body: (Connection) -> Void) {
    connections.withLock { for connection in $0.values { body(connection) } }
  }

  /// Closes the connection that has been waiting for its client for longest, unless another one is already closing.
  ///
  /// Skips connections whose wait has just begun, because their request may be arriving. Clients that read their
  /// response slowly are closed only when no other connection waits.
  func closeLongestWaiting(at now: Milliseconds) {
    connections.withLock { connections in
      let open = connections.values.map { ($0, $0.phase) }
      guard !open.contains(where: { $0.1.kind == .ending || $0.1.kind == .closed }) else { return }
      func longest(_ kinds: ConnectionPhase.Kind...) -> (Connection, ConnectionPhase)? {
        open.filter { kinds.contains($0.1.kind) }.min { $0.1.since < $1.1.since }
      }
      if let (connection, phase) = longest(.opened, .idle, .receiving), now >= phase.since + Self.moment {
        if phase.kind == .receiving { connection.cut(from: phase) } else { connection.end(from: phase) }
      } else if let (connection, phase) = longest(.sending), now >= phase.since + 10 * Self.moment {
        connection.cut(from: phase)
      }
    }
  }

  /// Longer than a request normally takes to arrive, in milliseconds.
  private static let moment: Milliseconds = 100
}
