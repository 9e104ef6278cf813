import Synchronization
import Threads

/// The connections that are open.
final class ConnectionTable: Sendable {
  private struct Content {
    var connections: [Int32: Connection] = [:]
    var perAddress: [String: Int] = [:]
  }

  private let content = Lock(Content())
  private let size = Atomic(0)

  var count: Int { size.load(ordering: .acquiring) }

  func count(from address: String) -> Int {
    content.withLock { $0.perAddress[address] ?? 0 }
  }

  func insert(_ connection: Connection) {
    content.withLock { content in
      content.connections[connection.descriptor] = connection
      content.perAddress[connection.address, default: 0] += 1
      size.store(content.connections.count, ordering: .releasing)
    }
  }

  /// Called before the descriptor is closed and can come again.
  func remove(_ connection: Connection) {
    content.withLock { content in
      guard content.connections[connection.descriptor] === connection else { return }
      content.connections[connection.descriptor] = nil
      let others = (content.perAddress[connection.address] ?? 1) - 1
      content.perAddress[connection.address] = others > 0 ? others : nil
      size.store(content.connections.count, ordering: .releasing)
    }
  }

  func connection(descriptor: Int32) -> Connection? {
    content.withLock { $0.connections[descriptor] }
  }

  /// Calls `body` for each connection. None is closed meanwhile, so that the descriptors are theirs.
  func forEach(_ body: (Connection) -> Void) {
    content.withLock { content in
      for connection in content.connections.values { body(connection) }
    }
  }

  /// Closes the connection that has kept the server waiting for longest, if there is none on its
  /// way out already.
  ///
  /// One that waits only since a moment ago is left alone: its request may be arriving. Those that
  /// fetch their answer slowly are closed only when nobody else waits.
  func closeLongestWaiting(at now: Milliseconds) {
    content.withLock { content in
      var longest: (connection: Connection, phase: ConnectionPhase)?
      var slowest: (connection: Connection, phase: ConnectionPhase)?
      for connection in content.connections.values {
        let phase = connection.phase
        switch phase.kind {
        case .opened, .idle, .receiving:
          if phase.since < longest?.phase.since ?? .max { longest = (connection, phase) }
        case .sending:
          if phase.since < slowest?.phase.since ?? .max { slowest = (connection, phase) }
        case .handling: break
        case .ending, .closed: return
        }
      }
      if let longest, now >= longest.phase.since + Self.moment {
        _ =
          longest.phase.kind == .receiving
          ? longest.connection.cut(from: longest.phase) : longest.connection.end(from: longest.phase)
      } else if let slowest, now >= slowest.phase.since + 10 * Self.moment {
        _ = slowest.connection.cut(from: slowest.phase)
      }
    }
  }

  /// Longer than a request takes to arrive from a client that hurries.
  private static let moment: Milliseconds = 100
}
