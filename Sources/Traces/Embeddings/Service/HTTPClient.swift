import CCurl
import Threads

/// An HTTP client based on libcurl. One thread, started with the first request, runs all transfers.
///
/// Connections are reused. Cancelling the task of a request aborts the request at once.
final class HTTPClient: Sendable {
  private let state: State

  init() { state = State() }

  deinit { state.stop() }

  /// Sends a request and waits for the response, whatever its status.
  ///
  /// - Throws: ``HTTPClientError``; `CancellationError`.
  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    try state.start()
    let transfer = HTTPTransfer(request)
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.wait(continuation)
        state.tell(.start(transfer))
      }
    } onCancel: {
      state.tell(.cancel(transfer))
    }
    return try transfer.result()
  }

  /// State shared by the client and its thread. The thread keeps it alive until it ends.
  private final class State: Sendable {
    enum Command {
      case start(HTTPTransfer)
      case cancel(HTTPTransfer)
    }

    private struct Inbox {
      var commands: [Command] = []
      /// libcurl's multi handle. The thread makes all calls except `curl_multi_wakeup` and frees the handle.
      var multi: UnsafeMutableRawPointer?
      var isStopped = false
    }

    private let inbox = Lock(Inbox())

    private static let isInitialized = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Starts the thread if it is not running.
    func start() throws {
      try inbox.withLock { inbox in
        guard inbox.multi == nil else { return }
        guard Self.isInitialized, let multi = curl_multi_init() else {
          throw HTTPClientError(.unusable, "libcurl is missing or cannot be initialized")
        }
        do {
          try DetachedThread.start { [self] in run() }
        } catch {
          curl_multi_cleanup(multi)
          throw HTTPClientError(
            .unusable, "cannot start a thread for HTTP requests: \(error); \(ThreadError.fix)")
        }
        inbox.multi = multi
      }
    }

    func tell(_ command: Command) { change { $0.commands.append(command) } }

    func stop() { change { $0.isStopped = true } }

    private func change(_ body: (inout Inbox) -> Void) {
      inbox.withLock { inbox in
        body(&inbox)
        if let multi = inbox.multi { curl_multi_wakeup(multi) }
      }
    }

    private func run() {
      guard let multi = inbox.withLock({ $0.multi }) else { return }
      var underWay: [UnsafeMutableRawPointer: HTTPTransfer] = [:]
      while true {
        let (commands, isStopped) = inbox.withLock { inbox in
          defer { inbox.commands = [] }
          return (inbox.commands, inbox.isStopped)
        }
        for command in commands {
          switch command {
          case .start(let transfer):
            if let easy = transfer.start(multi) { underWay[easy] = transfer }
          case .cancel(let transfer):
            if let easy = transfer.cancel(multi) { underWay[easy] = nil }
          }
        }
        // The client has been released, so no task waits for a response.
        if isStopped, underWay.isEmpty { break }
        var count: Int32 = 0
        curl_multi_perform(multi, &count)
        while let message = curl_multi_info_read(multi, &count)?.pointee {
          guard message.msg == CURLMSG_DONE, let easy = message.easy_handle else { continue }
          underWay.removeValue(forKey: easy)?.end(easy, message.data.result, multi)
        }
        // libcurl returns earlier whenever it has something to do.
        curl_multi_poll(multi, nil, 0, 3_600_000, nil)
      }
      inbox.withLock { $0.multi = nil }
      curl_multi_cleanup(multi)
    }
  }
}

/// A POST request.
struct HTTPClientRequest: Sendable {
  let url: String
  /// Header lines, as `Name: value`.
  var fields: [String]
  let body: [UInt8]
  /// The time limit for the whole request, including connecting.
  let timeout: Duration
  /// A PEM file of certificate authorities; nil for the system's.
  let authorities: String?
  /// The maximum size of the decompressed response body in bytes.
  let responseLimit: Int
}

/// A response.
struct HTTPClientResponse: Sendable {
  let status: Int
  let contentType: String
  /// The value of `Retry-After`, which is in seconds or a date.
  let retryAfter: Duration?
  let body: [UInt8]
}

/// The reason why there is no response.
struct HTTPClientError: Error {
  enum Code {
    case unreachable, timedOut, cut, tooLarge, untrusted, unusable
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Creates an error from a result code other than `CURLE_OK`.
  init(_ code: CURLcode, _ message: String) {
    self.message = message
    self.code =
      switch code {
      case CURLE_OPERATION_TIMEDOUT: .timedOut
      case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_BAD_CONTENT_ENCODING,
        CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2_STREAM:
        .cut
      case CURLE_WRITE_ERROR: .tooLarge
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_CRL_BADFILE:
        .untrusted
      case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_NOT_BUILT_IN: .unusable
      default: .unreachable
      }
  }
}
