import Glibc

/// Milliseconds of the monotonic clock.
typealias Milliseconds = UInt64

/// What a connection is doing, and since when: one word, so that it changes atomically.
struct ConnectionPhase {
  enum Kind: UInt64 {
    /// Open, before the first request line.
    case opened
    /// Between a response and the next request line.
    case idle
    /// A request line has been received, the rest is awaited.
    case receiving
    /// The handler has the request.
    case handling
    /// The response is being sent.
    case sending
    /// Told to close; what has already arrived is still read.
    case ending
    /// Cut, or about to be closed by the library.
    case closed
  }

  let kind: Kind
  let since: Milliseconds

  init(_ kind: Kind, since: Milliseconds) {
    self.kind = kind
    self.since = since
  }

  init(word: UInt64) {
    kind = Kind(rawValue: word & 7) ?? .closed
    since = word >> 3
  }

  var word: UInt64 { since << 3 | kind.rawValue }

  /// How long each phase may last.
  struct Limits: Sendable {
    let keepAlive, request, handler, response: Milliseconds

    init(_ configuration: HTTPServer.Configuration) {
      keepAlive = Clock.milliseconds(configuration.keepAliveTimeout)
      request = Clock.milliseconds(configuration.requestDeadline)
      handler = Clock.milliseconds(configuration.handlerDeadline)
      response = Clock.milliseconds(configuration.responseDeadline)
    }

    /// How often to check, so that the shortest limit is kept to a tenth.
    var tick: Milliseconds { min(max(min(keepAlive, request, handler, response) / 10, 10), 500) }
  }

  func isOverdue(at now: Milliseconds, _ limits: Limits) -> Bool {
    switch kind {
    case .opened, .receiving: now >= since + limits.request
    case .idle: now >= since + limits.keepAlive
    case .handling: now >= since + limits.handler
    case .sending: now >= since + limits.response
    // Long enough for the library to notice.
    case .ending: now >= since + 1_000
    case .closed: false
    }
  }
}

enum Clock {
  static var now: Milliseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Milliseconds(time.tv_sec) * 1_000 + Milliseconds(time.tv_nsec) / 1_000_000
  }

  static func milliseconds(_ duration: Duration) -> Milliseconds {
    let (seconds, attoseconds) = max(duration, .zero).components
    return Milliseconds(min(seconds, 1 << 40)) * 1_000 + Milliseconds(attoseconds / 1_000_000_000_000_000)
  }
}
