import CCurl
import Glibc
import Postgres
import Threads

/// A request under way. All but ``wait(_:)`` and ``result()`` happens on the client's thread.
final class HTTPTransfer: @unchecked Sendable {
  // @unchecked: continuation and outcome have locks; all else that changes is touched by the client's thread
  // only.
  private let request: HTTPClientRequest
  private let continuation = Lock<CheckedContinuation<Void, Never>?>(nil)
  /// Handed over under a lock, although the continuation orders it too: Thread Sanitizer does not see that
  /// where the answer comes before its task has come to rest.
  private let outcome = Lock<Result<HTTPClientAnswer, any Error>?>(nil)
  private var handle: OpaquePointer?
  private var body: [UInt8] = []
  private var isCancelled = false

  init(_ request: HTTPClientRequest) { self.request = request }

  func wait(_ continuation: CheckedContinuation<Void, Never>) {
    self.continuation.withLock { $0 = continuation }
  }

  /// How it ended, once the continuation was resumed.
  func result() throws -> HTTPClientAnswer {
    guard let outcome = outcome.withLock({ $0 }) else { throw CancellationError() }
    return try outcome.get()
  }

  /// Returns whether it is under way now.
  func start(_ loop: OpaquePointer) -> Bool {
    // The cancellation came first.
    guard !isCancelled else {
      finish(.failure(CancellationError()))
      return false
    }
    let milliseconds = Int(max(1, request.timeout.milliseconds))
    let fields = request.fields.map { strdup($0) }
    defer { for field in fields { free(field) } }
    var terminated = fields.map { UnsafePointer<CChar>($0) }
    terminated.append(nil)
    handle = request.url.withCString { url in
      withOptionalCString(request.authorities) { authorities in
        request.body.withUnsafeBytes { body in
          terminated.withUnsafeBufferPointer { fields in
            var description = ccurl_request(
              url: url, fields: fields.baseAddress, body: body.baseAddress, body_size: body.count,
              connect_milliseconds: min(milliseconds, 10_000), milliseconds: milliseconds,
              authorities: authorities,
              received: { context, bytes, count in
                guard let context, let bytes else { return 0 }
                let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: count)) ? 1 : 0
              }, context: Unmanaged.passUnretained(self).toOpaque())
            return ccurl_start(loop, &description)
          }
        }
      }
    }
    guard handle != nil else {
      finish(.failure(HTTPClientError(.unusable, "libcurl refused the request")))
      return false
    }
    return true
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= request.answerLimit else { return false }
    body.append(contentsOf: bytes)
    return true
  }

  func cancel(_ loop: OpaquePointer) {
    isCancelled = true
    remove(loop)
    finish(.failure(CancellationError()))
  }

  func end(_ result: ccurl_result, _ loop: OpaquePointer) {
    let words = result.error.map { String(cString: $0) } ?? "no reason given"
    let code: HTTPClientError.Code
    switch result.outcome {
    case ccurl_answered:
      let answer = HTTPClientAnswer(
        status: Int(result.status),
        contentType: result.content_type.map { String(cString: $0) } ?? "",
        retryAfter: result.retry_after < 0 ? nil : .seconds(result.retry_after), body: body)
      remove(loop)
      return finish(.success(answer))
    case ccurl_timed_out: code = .timedOut
    case ccurl_cut: code = .cut
    case ccurl_refused: code = .tooLarge
    case ccurl_untrusted: code = .untrusted
    case ccurl_unusable: code = .unusable
    default: code = .unreachable
    }
    remove(loop)
    finish(.failure(HTTPClientError(code, words)))
  }

  private func remove(_ loop: OpaquePointer) {
    if let handle { ccurl_remove(loop, handle) }
    handle = nil
  }

  private func finish(_ result: Result<HTTPClientAnswer, any Error>) {
    let waiting = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    // A cancellation that came before anybody waited is told by start(_:).
    guard let waiting else { return }
    outcome.withLock { $0 = result }
    body = []
    waiting.resume()
  }
}

private func withOptionalCString<Result>(
  _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  text.map { $0.withCString(body) } ?? body(nil)
}
