public import Embeddings
public import HTTPServer
public import RateLimiter

/// Something to log. No body, no query, no token and no password is in it.
public enum LogEvent: Sendable {
  /// The server listens.
  case listening(host: String, port: Int)
  /// A request was answered.
  case request(HTTPRequestRecord)
  /// A request failed for a reason that is not the client's.
  case failed(requestID: String, String)
  /// Redis went away or came back.
  case redis(RedisRateLimiter.Event)
  /// The embedding worker tells something.
  case worker(EmbeddingWorkerEvent)
  /// The server stops; requests in flight have that long.
  case stopping(grace: Duration)
  /// The server has stopped.
  case stopped
}

extension LogEvent {
  /// Whether it tells of an answered request, of which there may be thousands a second.
  var isRequest: Bool {
    if case .request = self { true } else { false }
  }
}

extension LogEvent: CustomStringConvertible {
  /// A line.
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
    case .stopping(let grace): "stopping; requests in flight have \(grace.components.seconds) s"
    case .stopped: "stopped"
    }
  }
}
