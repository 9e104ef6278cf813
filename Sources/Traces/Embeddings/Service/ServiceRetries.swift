/// When a request to a service is tried again.
struct ServiceRetries {
  /// An answer that is none is the same the next time, more often than not.
  private static let mostBadAnswers = 2
  private static let firstPause: Duration = .milliseconds(250)
  private static let longestPause: Duration = .seconds(20)

  private let budget: Duration
  private var deadline: ContinuousClock.Instant?
  private var count = 0
  private var badAnswers = 0

  /// - Parameter budget: how long, from the first failure on.
  init(budget: Duration) { self.budget = budget }

  /// How long to wait before the next attempt; nil if there is to be none.
  ///
  /// Never sooner than the service asked for. Otherwise a random share of a limit that doubles, so that
  /// many clients that were refused together do not come back together.
  mutating func pause(after error: EmbeddingServiceError) -> Duration? {
    switch error.kind {
    case .unreachable, .busy, .failed: break
    case .badAnswer:
      badAnswers += 1
      guard badAnswers <= Self.mostBadAnswers else { return nil }
    case .rejected, .misconfigured: return nil
    }
    let now = ContinuousClock.now
    let end = deadline ?? now + budget
    deadline = end
    let limit = min(Self.firstPause * (1 << min(count, 10)), Self.longestPause)
    count += 1
    let pause = max(limit * Double.random(in: 0.5...1), error.retryAfter ?? .zero)
    return now + pause < end ? pause : nil
  }
}
