import Testing

@testable import RateLimiter

@Suite("The breaker in front of Redis")
struct CircuitBreakerTests {
  private let start = ContinuousClock.now

  @Test("admits everyone while all is well")
  func closed() {
    var breaker = CircuitBreaker(retryInterval: .seconds(1))
    #expect(breaker.isUp == nil)
    let admitted = [breaker.admits(now: start), breaker.admits(now: start)]
    #expect(admitted == [true, true])
    let outage = breaker.succeeded()
    #expect(outage == nil)
    #expect(breaker.isUp == true)
  }

  @Test("admits one a second during an outage, which begins once and ends once")
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

  @Test("is told when the worker is stuck, and its requests are let go")
  func stuck() async {
    let log = EventLog()
    let queue = RedisQueue(
      retryInterval: .seconds(3600), patience: .milliseconds(10), onEvent: { log.append($0) })
    let request = RedisQueue.Request(key: "rl:ann:read", bucket: TokenBucket(perMinute: 1))
    // Nobody drains.
    let answer = await withCheckedContinuation { answer in
      let start = queue.submit(request, answer: answer)
      #expect(start.drain && start.watch)
      Task { await queue.watch() }
    }
    #expect(answer == nil)
    #expect(queue.isUp == false)
    let next = await withCheckedContinuation { answer in
      let start = queue.submit(request, answer: answer)
      #expect(!start.drain && !start.watch)
    }
    #expect(next == nil)
    #expect(log.events.count == 1)
  }
}
