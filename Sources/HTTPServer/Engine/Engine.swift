import CHTTPServer
import CMicroHTTPD
import Synchronization
import Threads

/// What the library's threads, the supervisor and the server share.
///
/// The library's threads read, write and call back (`Engine+Callbacks`). The supervisor accepts and
/// keeps the deadlines. Handlers run in tasks.
final class Engine: Sendable {
  let configuration: HTTPServer.Configuration
  let handler: HTTPServer.Handler
  let table = ConnectionTable()
  let inbox: SupervisorInbox

  private let idPrefix: String
  private let idCounter = Atomic<UInt64>(0)
  private let stopping = Atomic(false)
  private let aborting = Atomic(false)

  init(
    configuration: HTTPServer.Configuration, handler: @escaping HTTPServer.Handler, inbox: SupervisorInbox
  ) {
    self.configuration = configuration
    self.handler = handler
    self.inbox = inbox
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    idPrefix = String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Set while connections are to close after their answer.
  var isStopping: Bool {
    get { stopping.load(ordering: .sequentiallyConsistent) }
    set { stopping.store(newValue, ordering: .sequentiallyConsistent) }
  }

  /// Set when no handler is to be called any more.
  var isAborting: Bool {
    get { aborting.load(ordering: .sequentiallyConsistent) }
    set { aborting.store(newValue, ordering: .sequentiallyConsistent) }
  }

  func makeRequestID() -> String {
    "\(idPrefix)-\(idCounter.add(1, ordering: .relaxed).newValue)"
  }

  func problem(_ refusal: Refusal) -> HTTPResponse {
    HTTPResponse(
      status: refusal.status, headers: ["Content-Type": Problem.contentType],
      body: configuration.problem(refusal.status, refusal.detail))
  }

  /// Tells of an answer that is about to be sent.
  func report(_ connection: Connection, _ response: HTTPResponse) {
    report(connection, connection.current.withLock { $0 }, response)
  }

  func report(_ connection: Connection, _ current: Connection.Current?, _ response: HTTPResponse) {
    guard let onRequest = configuration.onRequest else { return }
    onRequest(
      HTTPRequestRecord(
        id: current?.id ?? makeRequestID(), method: current?.method, path: current?.path,
        status: response.status, duration: current.map { $0.start.duration(to: .now) } ?? .zero,
        remoteAddress: connection.address, requestBytes: current?.bytes ?? 0,
        responseBytes: response.body.count))
  }

  /// Hands an answer to the library. Only on the connection's thread. False has the library close
  /// the connection.
  func queue(_ response: HTTPResponse, on handle: OpaquePointer, closing: Bool) -> Bool {
    let made = response.body.withUnsafeBytes { bytes in
      MHD_create_response_from_buffer(
        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made else { return false }
    defer { MHD_destroy_response(made) }
    for field in response.headers.fields where !Self.isOwnField(field.name) {
      // The library takes no empty value.
      guard !field.value.isEmpty else { continue }
      guard MHD_add_response_header(made, field.name, field.value).rawValue != 0 else { return false }
    }
    if closing { _ = MHD_add_response_header(made, "Connection", "close") }
    return chttp_queue_response(handle, UInt32(response.status), made) != 0
  }

  private static func isOwnField(_ name: String) -> Bool {
    switch name.utf8.count {
    case 10: HTTPHeaders.isSame(name, "Connection")
    case 14: HTTPHeaders.isSame(name, "Content-Length")
    case 17: HTTPHeaders.isSame(name, "Transfer-Encoding")
    default: false
    }
  }
}
