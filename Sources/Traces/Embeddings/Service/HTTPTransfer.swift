import CCurl
import Postgres
import Threads

/// A transfer. All calls except ``wait(_:)`` and ``result()`` are made on the client's thread.
final class HTTPTransfer: @unchecked Sendable {
  // @unchecked: the continuation and the outcome have locks. Only the client's thread accesses the other mutable
  // state.
  private let request: HTTPClientRequest
  private let continuation = Lock<CheckedContinuation<Void, Never>?>(nil)
  /// Has a lock although resuming the continuation already orders the accesses. Thread Sanitizer does not see that
  /// order if the response arrives before the task has suspended.
  private let outcome = Lock<Result<HTTPClientResponse, any Error>?>(nil)
  private var easy: UnsafeMutableRawPointer?
  private var fields: UnsafeMutablePointer<curl_slist>?
  /// Allocated, because libcurl writes to it until the handle is freed.
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var body: [UInt8] = []
  private var isCancelled = false

  init(_ request: HTTPClientRequest) {
    self.request = request
    errorText.pointee = 0
  }

  deinit { errorText.deallocate() }

  func wait(_ continuation: CheckedContinuation<Void, Never>) {
    self.continuation.withLock { $0 = continuation }
  }

  /// The outcome, after the continuation has been resumed.
  func result() throws -> HTTPClientResponse {
    guard let outcome = outcome.withLock({ $0 }) else { throw CancellationError() }
    return try outcome.get()
  }

  /// Starts the transfer. Returns its handle, or nil if it did not start.
  func start(_ multi: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    // The request was cancelled before it started.
    guard !isCancelled else {
      finish(.failure(CancellationError()))
      return nil
    }
    easy = curl_easy_init()
    guard let easy, configure(easy), curl_multi_add_handle(multi, easy) == CURLM_OK else {
      release(multi)
      finish(.failure(HTTPClientError(.unusable, "libcurl rejected the request")))
      return nil
    }
    return easy
  }

  private func configure(_ easy: UnsafeMutableRawPointer) -> Bool {
    for field in request.fields {
      guard let longer = curl_slist_append(fields, field) else { return false }
      fields = longer
    }
    let milliseconds = Int(max(1, request.timeout.milliseconds))
    let body = request.body.withUnsafeBytes { body in
      [
        ccurl_set_long(easy, CURLOPT_POSTFIELDSIZE, body.count),
        ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, body.baseAddress),
      ]
    }
    let codes = [
      ccurl_allow_only_http(easy),
      ccurl_set_text(easy, CURLOPT_URL, request.url),
      ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1),
      ccurl_set_long(easy, CURLOPT_POST, 1),
      ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, fields),
      // Accept all encodings that libcurl supports. The size limit applies to the decompressed body.
      ccurl_set_text(easy, CURLOPT_ACCEPT_ENCODING, ""),
      ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 10_000)),
      ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds),
      request.authorities.map { ccurl_set_text(easy, CURLOPT_CAINFO, $0) } ?? CURLE_OK,
      ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
      ccurl_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque()),
      ccurl_set_receiver(easy) { bytes, size, count, context in
        // Returning any other number ends the transfer with CURLE_WRITE_ERROR.
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      },
    ]
    return (body + codes).allSatisfy { $0 == CURLE_OK }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= request.responseLimit else { return false }
    body.append(contentsOf: bytes)
    return true
  }

  /// Cancels the transfer. Returns its handle, which is no longer valid, if it had started.
  func cancel(_ multi: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    isCancelled = true
    let easy = easy
    release(multi)
    finish(.failure(CancellationError()))
    return easy
  }

  func end(_ easy: UnsafeMutableRawPointer, _ code: CURLcode, _ multi: UnsafeMutableRawPointer) {
    let result: Result<HTTPClientResponse, any Error>
    if code == CURLE_OK {
      // libcurl reports a missing Retry-After as 0, which means the same.
      let retryAfter = ccurl_offset(easy, CURLINFO_RETRY_AFTER)
      result = .success(
        HTTPClientResponse(
          status: ccurl_long(easy, CURLINFO_RESPONSE_CODE),
          contentType: ccurl_text(easy, CURLINFO_CONTENT_TYPE).map { String(cString: $0) } ?? "",
          retryAfter: retryAfter > 0 ? .seconds(retryAfter) : nil, body: body))
    } else {
      let words = String(cString: errorText[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(errorText))
      result = .failure(HTTPClientError(code, words))
    }
    release(multi)
    finish(result)
  }

  private func release(_ multi: UnsafeMutableRawPointer) {
    if let easy {
      curl_multi_remove_handle(multi, easy)
      curl_easy_cleanup(easy)
    }
    curl_slist_free_all(fields)
    (easy, fields) = (nil, nil)
  }

  private func finish(_ result: Result<HTTPClientResponse, any Error>) {
    let waiting = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    // Without a waiting task, start(_:) reports the cancellation.
    guard let waiting else { return }
    outcome.withLock { $0 = result }
    body = []
    waiting.resume()
  }
}
