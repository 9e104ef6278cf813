public import Embeddings
public import HTTPServer
public import RateLimiter
import SeedKit

/// An event to log. Contains no body, query, token or password.
public enum ServerEvent: Sendable {
  /// The server answers health checks. Other requests wait for start-up seeding.
  case starting(host: String, port: Int)
  /// The private port for metrics is open.
  case `private`(host: String, port: Int)
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
  /// Lines were dropped because standard error was read too slowly.
  case lost(Int)
}

extension ServerEvent {
  /// Whether the event is a request. There can be thousands of them per second.
  var isRequest: Bool {
    if case .request = self { true } else { false }
  }
}

extension ServerEvent: CustomStringConvertible {
  /// A line of the log. Escape it before it is written: see ``ServerLine``.
  public var description: String {
    switch self {
    case .starting(let host, let port): "starting; responding to health checks on \(Self.url(host, port))"
    case .listening(let host, let port): "listening on \(Self.url(host, port))"
    case .private(let host, let port): "metrics on \(Self.url(host, port))"
    case .request(let record):
      "\(Self.method(record)) \(Self.path(record)) \(record.status) \(Self.milliseconds(record)) ms "
        + "\(record.responseBytes) B from \(record.remoteAddress)"
        + "\(record.proxyAddress.map { " via \($0)" } ?? "") id=\(record.id)"
    case .failed(let id, let reason): "failed id=\(id): \(reason.replacing("\n", with: " | "))"
    case .redis(let event): event.description
    case .worker(let event): event.description
    case .stopping(let grace): "stopping; waiting up to \(grace.components.seconds) s for requests in flight"
    case .stopped: "stopped"
    case .lost(let count): "\(count) log lines were dropped because standard error was read too slowly"
    }
  }

  private static func url(_ host: String, _ port: Int) -> String {
    "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }

  /// The longest method and the longest path in the log, in bytes. Clients choose both.
  static let limits = (method: 20, path: 500)

  private static func method(_ record: HTTPRequestRecord) -> String {
    record.method.map { visible($0.rawValue, limit: limits.method) } ?? "-"
  }

  private static func path(_ record: HTTPRequestRecord) -> String {
    record.path.map { visible($0, limit: limits.path) } ?? "-"
  }

  private static func milliseconds(_ record: HTTPRequestRecord) -> Double {
    (record.duration.inMilliseconds * 10).rounded() / 10
  }

  /// A word of visible ASCII characters. All other bytes are percent-encoded, so that a request cannot add words to its
  /// line, or lines to the log.
  private static func visible(_ text: String, limit: Int) -> String {
    let kept = text.utf8.prefix(limit).map { byte in
      (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "%" + hexadecimal(byte)
    }
    return kept.joined() + (text.utf8.count > limit ? "…" : "")
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}

extension ServerEvent {
  /// The severity in the structured log.
  enum Level: String {
    case info
    case warning
    case error
  }

  var level: Level {
    switch self {
    case .failed: .error
    case .redis(.unavailable), .lost: .warning
    case .worker(.failed), .worker(.gaveUp), .worker(.providerFailed), .worker(.databaseFailed),
      .worker(.foreign):
      .warning
    default: .info
    }
  }

  /// The name in the structured log.
  var name: String {
    switch self {
    case .starting: "starting"
    case .private: "private_port"
    case .listening: "listening"
    case .request: "request"
    case .failed: "request_failed"
    case .redis: "redis"
    case .worker: "worker"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .lost: "log_lost"
    }
  }

  /// The fields in the structured log.
  var fields: [(name: String, value: JSONOutput)] {
    switch self {
    case .starting(let host, let port), .private(let host, let port), .listening(let host, let port):
      return [("host", .text(host)), ("port", .int(port))]
    case .request(let record):
      let forwarding = record.proxyAddress.map { [(name: "proxy_address", value: JSONOutput.text($0))] } ?? []
      return [
        ("request_id", .text(record.id)), ("method", .text(Self.method(record))),
        ("path", .text(Self.path(record))), ("status", .int(record.status)),
        ("duration_ms", .number(Self.milliseconds(record))), ("response_bytes", .int(record.responseBytes)),
        ("remote_address", .text(record.remoteAddress)),
      ] + forwarding
    case .failed(let id, let reason): return [("request_id", .text(id)), ("message", .text(reason))]
    case .redis, .worker: return [("message", .text(description))]
    case .stopping(let grace): return [("grace_s", .int(Int(grace.components.seconds)))]
    case .stopped: return []
    case .lost(let count): return [("lines", .int(count))]
    }
  }
}
