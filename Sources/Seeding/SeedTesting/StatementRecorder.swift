import Postgres
import Threads

/// Records what programs send to a server, for tests that count statements.
public final class StatementRecorder: Sendable {
  private struct Counts {
    var connections = 0
    var statements: [String] = []
    var roundTrips = 0
  }

  private let counts = Lock(Counts())

  /// The number of connections opened.
  public var connections: Int { counts.withLock { $0.connections } }
  /// The statements in order.
  public var statements: [String] { counts.withLock { $0.statements } }
  /// The number of round trips, without handshakes.
  public var roundTrips: Int { counts.withLock { $0.roundTrips } }

  func connected() { counts.withLock { $0.connections += 1 } }

  /// The messages of one connection, assembled from the received bytes.
  ///
  /// The format: https://www.postgresql.org/docs/current/protocol-message-formats.html
  struct Messages {
    private var bytes: [UInt8] = []
    // The first message of a connection has no type.
    private var isStarted = false

    /// Takes received bytes and returns the messages that are now complete.
    mutating func receive(_ received: [UInt8]) -> [(type: UInt8, body: [UInt8])] {
      bytes += received
      var messages: [(type: UInt8, body: [UInt8])] = []
      while true {
        let start = isStarted ? 1 : 0
        guard bytes.count >= start + 4 else { return messages }
        let length = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= start + length else { return messages }
        if isStarted { messages.append((bytes[0], Array(bytes[5..<(start + length)]))) }
        bytes.removeFirst(start + length)
        isStarted = true
      }
    }
  }

  func note(_ message: (type: UInt8, body: [UInt8])) {
    counts.withLock { counts in
      let texts = message.body.split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      switch message.type {
      case UInt8(ascii: "Q"):
        counts.statements.append(texts.first ?? "")
        counts.roundTrips += 1
      // The message starts with the statement's name.
      case UInt8(ascii: "P"): counts.statements.append(texts.dropFirst().first ?? "")
      case UInt8(ascii: "S"): counts.roundTrips += 1
      default: break
      }
    }
  }
}
