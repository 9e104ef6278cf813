public import Embeddings
import FoundationEssentials
import Glibc
public import HTTPServer
import Postgres
public import RateLimiter
import SeedKit
import Threads

/// An event to log. Contains no body, query, token or password.
public enum ServerEvent: Sendable {
  /// The server listens.
  case listening(host: String, port: Int)
  /// A response was sent.
  case request(HTTPRequestRecord)
  /// A request failed because of a server error.
  case failed(requestID: String, String)
  /// Redis became unavailable or available.
  case redis(RedisRateLimiter.Event)
  /// An event of the embedding worker.
  case worker(EmbeddingWorkerEvent)
  /// The server is stopping. Requests in flight have the grace period to finish.
  case stopping(grace: Duration)
  /// The server stopped.
  case stopped
}

extension ServerEvent {
  /// Whether the event is a request. There can be thousands of them per second.
  var isRequest: Bool {
    if case .request = self { true } else { false }
  }
}

extension ServerEvent: CustomStringConvertible {
  /// A log line.
  public var description: String {
    switch self {
    case .listening(let host, let port):
      "listening on http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .request(let record):
      "\(record.method?.rawValue ?? "-") \(record.path ?? "-") \(record.status) "
        + "\(record.duration.inMilliseconds) ms \(record.responseBytes) B from \(record.remoteAddress) id=\(record.id)"
    case .failed(let id, let reason): "failed id=\(id): \(reason.replacing("\n", with: " | "))"
    case .redis(let event): event.description
    case .worker(let event): event.description
    case .stopping(let grace): "stopping; waiting up to \(grace.components.seconds) s for requests in flight"
    case .stopped: "stopped"
    }
  }
}

/// Writes events to standard error, one per line, on a separate thread.
///
/// Logging never blocks. If standard error is read too slowly, lines are dropped, and a line reports how many.
public final class ServerLog: Sendable {
  private struct Queue {
    var entries: [(date: Date, event: ServerEvent)] = []
    var lostCount = 0
    var isDraining = false
  }

  /// The maximum number of pending lines, which take a few megabytes.
  private static let most = 10_000
  /// How long a request line may be delayed, so that lines are written together. Waking the thread for every request
  /// would cost more than the write.
  private static let pause: Duration = .milliseconds(50)

  private let queue = Lock(Queue())
  private let writer: Writer

  /// Starts the thread.
  ///
  /// - Throws: `PostgresError` with code `resourcesExhausted` if the system cannot start another thread.
  public init() throws { writer = Writer(executor: try ThreadExecutor()) }

  /// Logs an event.
  public func callAsFunction(_ event: ServerEvent) {
    let starts = queue.withLock { queue in
      if queue.entries.count >= Self.most {
        queue.lostCount += 1
      } else {
        queue.entries.append((Date(), event))
      }
      defer { queue.isDraining = true }
      return !queue.isDraining
    }
    guard starts || !event.isRequest else { return }
    Task {
      if event.isRequest { try? await Task.sleep(for: Self.pause) }
      await drain()
    }
  }

  /// Waits until all events logged so far have been written.
  public func flush() async {
    await drain()
    // Entries taken by another drain are written before this, because the thread processes calls in order.
    await writer.write([], lostCount: 0)
  }

  private func drain() async {
    while true {
      let (entries, lostCount) = queue.withLock { queue in
        defer { (queue.entries, queue.lostCount) = ([], 0) }
        queue.isDraining = !queue.entries.isEmpty
        return (queue.entries, queue.lostCount)
      }
      guard !entries.isEmpty else { return }
      await writer.write(entries, lostCount: lostCount)
    }
  }

  private actor Writer {
    let executor: ThreadExecutor

    init(executor: ThreadExecutor) { self.executor = executor }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func write(_ entries: [(date: Date, event: ServerEvent)], lostCount: Int) {
      var text = entries.map { "\(TimestampText.of($0.date)) \(TerminalText.line($0.event.description))\n" }
        .joined()
      if lostCount > 0 {
        text += "\(lostCount) log lines were dropped because standard error was read too slowly\n"
      }
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if written > 0 {
          bytes = bytes.dropFirst(written)
        } else if errno != EINTR {
          return
        }
      }
    }
  }
}
