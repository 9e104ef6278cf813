import Glibc

/// Milliseconds of the monotonic clock.
typealias Milliseconds = UInt64

/// What a connection is doing, and since when.
struct ConnectionPhase: Equatable {
  enum Kind {
    /// Open, before the first request line.
    case opened
    /// Between a response and the next request line.
    case idle
    /// A request line has been received, but not yet the rest of the request.
    case receiving
    /// The handler has the request.
    case handling
    /// The response is being sent.
    case sending
    /// Told to close. What has already arrived is still read.
    case ending
    /// Cut, or about to be closed by the library.
    case closed
  }

  let kind: Kind
  let since: Milliseconds

  init(_ kind: Kind, since: Milliseconds = Clock.now) {
    self.kind = kind
    self.since = since
  }

  func isOverdue(at now: Milliseconds, _ options: HTTPServer.Options) -> Bool {
    let limit: Duration
    switch kind {
    case .opened, .receiving: limit = options.requestDeadline
    case .idle: limit = options.keepAliveTimeout
    case .handling: limit = options.handlerDeadline
    case .sending: limit = options.responseDeadline
    // Long enough for the library to notice the end of input.
    case .ending: limit = .seconds(1)
    case .closed: return false
    }
    return now >= since + Clock.milliseconds(limit)
  }
}

extension HTTPServer.Options {
  /// The interval between checks for overdue connections: a tenth of the shortest limit, from 10 to 500 ms.
  var tick: Milliseconds {
    let shortest = min(keepAliveTimeout, requestDeadline, handlerDeadline, responseDeadline)
    return min(max(Clock.milliseconds(shortest) / 10, 10), 500)
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
