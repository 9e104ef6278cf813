import Glibc
import SeedTesting
import Testing
import Threads

@testable import RateLimiter

@Suite("The circuit breaker for Redis")
struct CircuitBreakerTests {
  private let start = ContinuousClock.now

  @Test("admits every request while Redis works")
  func closed() {
    var breaker = CircuitBreaker(retryInterval: .seconds(1))
    #expect(breaker.isUp == nil)
    let admitted = [breaker.admits(now: start), breaker.admits(now: start)]
    #expect(admitted == [true, true])
    let outage = breaker.succeeded()
    #expect(outage == nil)
    #expect(breaker.isUp == true)
  }

  @Test("admits one request per second during an outage, and reports its begin and end once")
  func outage() {
    var breaker = CircuitBreaker(retryInterval: .seconds(1))
    func admits(after milliseconds: Int) -> Bool {
      breaker.admits(now: start + .milliseconds(milliseconds))
    }
    var begins = [breaker.failed(now: start, undecided: 3)]
    #expect(breaker.isUp == false)
    let first = [admits(after: 999), admits(after: 1000), admits(after: 5000)]
    #expect(first == [false, true, false])
    begins.append(breaker.failed(now: start + .seconds(6), undecided: 1))
    let second = [admits(after: 6999), admits(after: 7000)]
    #expect(second == [false, true])
    let outage = breaker.succeeded()
    #expect(outage == CircuitBreaker.Outage(start: start, undecided: 7))
    begins.append(breaker.failed(now: start + .seconds(8), undecided: 1))
    #expect(begins == [true, false, true])
  }

  @Test("opens when the worker is stuck, and its requests are decided without Redis")
  func stuck() async throws {
    let log = EventLog()
    let limiter = try RedisRateLimiter(
      url: "unix:///nowhere/redis.sock", connectTimeout: .milliseconds(8), commandTimeout: .milliseconds(1),
      retryInterval: .seconds(3600), onEvent: { log.append($0) })
    let state = Lock(WorkerState.free)
    Task { await limiter.worker.block(state) }
    try await eventually { state.withLock { $0 == .blocked } }
    #expect(await limiter.take(user: "ann", kind: .read).isAllowed)
    #expect(limiter.counters.isRedisUp == false)
    #expect(await limiter.take(user: "ann", kind: .read).isAllowed)
    #expect(limiter.counters.failures == 2)
    #expect(log.text == "Redis is unavailable for rate limits: no response from Redis within 0.01 seconds")
    state.withLock { $0 = .free }
  }
}

private enum WorkerState {
  case free, blocked
}

extension RedisWorker {
  /// Blocks the worker's thread, like a slow host name lookup.
  fileprivate func block(_ state: Lock<WorkerState>) {
    state.withLock { $0 = .blocked }
    while state.withLock({ $0 == .blocked }) { usleep(1000) }
  }
}
