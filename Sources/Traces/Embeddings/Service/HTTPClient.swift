import CCurl
import Threads

/// Sends requests over libcurl, all of them from one thread of its own, which starts with the first.
///
/// Connections are kept and shared. A request whose task is cancelled is broken off at once.
final class HTTPClient: Sendable {
  private let state: State

  init() { state = State() }

  deinit { state.stop() }

  /// Sends a request and waits for the answer, whatever its status.
  ///
  /// - Throws: ``HTTPClientError``; `CancellationError`.
  func send(_ request: HTTPClientRequest) async throws -> HTTPClientAnswer {
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

  /// What the client and its thread share. The thread keeps it alive until it has ended.
  fileprivate final class State: @unchecked Sendable {
    // @unchecked: `loop` is written once, under the lock, before the thread that uses it starts, and is
    // freed by that thread after `isRunning` was set to false under the lock.
    enum Command {
      case start(HTTPTransfer)
      case cancel(HTTPTransfer)
    }

    private struct Inbox {
      var commands: [Command] = []
      var loop: OpaquePointer?
      var isStopped = false
    }

    private let inbox = Lock(Inbox())

    /// Starts the thread unless it runs.
    func start() throws {
      try inbox.withLock { inbox in
        guard inbox.loop == nil else { return }
        if let reason = ccurl_load() {
          throw HTTPClientError(
            .unusable, "libcurl cannot be loaded: \(String(cString: reason)); install the package libcurl4")
        }
        guard let loop = ccurl_make() else { throw HTTPClientError(.unusable, "there is no memory left") }
        do {
          // The pointer as a number: pointers may not go to another thread.
          let address = UInt(bitPattern: loop)
          try DetachedThread.start { [self] in OpaquePointer(bitPattern: address).map(run) }
        } catch {
          ccurl_free(loop)
          throw HTTPClientError(.unusable, "no thread for requests: \(error); \(ThreadError.remedy)")
        }
        inbox.loop = loop
      }
    }

    func tell(_ command: Command) {
      inbox.withLock { inbox in
        inbox.commands.append(command)
        if let loop = inbox.loop { ccurl_wake(loop) }
      }
    }

    func stop() {
      inbox.withLock { inbox in
        inbox.isStopped = true
        if let loop = inbox.loop { ccurl_wake(loop) }
      }
    }

    private func run(_ loop: OpaquePointer) {
      var underWay: [ObjectIdentifier: HTTPTransfer] = [:]
      while true {
        let (commands, isStopped) = inbox.withLock { inbox in
          defer { inbox.commands = [] }
          return (inbox.commands, inbox.isStopped)
        }
        for command in commands {
          switch command {
          case .start(let transfer):
            if transfer.start(loop) { underWay[ObjectIdentifier(transfer)] = transfer }
          case .cancel(let transfer):
            underWay[ObjectIdentifier(transfer)] = nil
            transfer.cancel(loop)
          }
        }
        // The client went, so nobody waits for anything.
        if isStopped, underWay.isEmpty { break }
        ccurl_perform(loop)
        var result = ccurl_result()
        while let context = ccurl_ended(loop, &result) {
          let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
          underWay[ObjectIdentifier(transfer)] = nil
          transfer.end(result, loop)
        }
        ccurl_wait(loop)
      }
      inbox.withLock { $0.loop = nil }
      ccurl_free(loop)
    }
  }
}

/// A POST.
struct HTTPClientRequest: Sendable {
  let url: String
  /// `Name: value`
  var fields: [String]
  let body: [UInt8]
  /// For all of it, connecting included.
  let timeout: Duration
  /// A file of certificates of authorities; nil for the system's.
  let authorities: String?
  /// The most bytes of an answer's body, decompressed.
  let answerLimit: Int
}

/// An answer.
struct HTTPClientAnswer: Sendable {
  let status: Int
  let contentType: String
  /// What Retry-After says, in seconds or as a date.
  let retryAfter: Duration?
  let body: [UInt8]
}

/// Why there is no answer.
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
}
