import CMicroHTTPD
import Glibc
import Synchronization
import Threads

/// State shared by the library's threads, the supervisor and the server.
///
/// The library's threads read, write and call back. The supervisor accepts connections and enforces their deadlines.
/// Handlers run in tasks.
final class Engine: Sendable {
  let options: HTTPServer.Options
  let handler: HTTPServer.Handler
  let listener: ListeningSocket
  let table = ConnectionTable()
  let bodyMemory: BodyMemory

  private struct Stop {
    var deadline: Milliseconds?
    var isStopping = false
    var isAborting = false
    var isDone = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let stop = Lock(Stop())
  private let idPrefix = String(UInt64.random(in: 1 << 32..<1 << 33), radix: 16).dropFirst()
  private let idCounter = Atomic<UInt64>(0)

  /// Starts the library's threads and the supervisor.
  ///
  /// - Throws: ``HTTPServerError`` with code `systemFailure`.
  init(
    options: HTTPServer.Options, handler: @escaping HTTPServer.Handler, listener: ListeningSocket
  ) throws(HTTPServerError) {
    self.options = options
    self.handler = handler
    self.listener = listener
    bodyMemory = BodyMemory(options)
    let library = try startLibrary()
    do throws(ThreadError) {
      try DetachedThread.start { ConnectionSupervisor(engine: self, library: library).run() }
    } catch {
      MHD_stop_daemon(library.value)
      throw HTTPServerError(
        .systemFailure, "cannot start a thread for the HTTP server: \(error)", fix: ThreadError.fix)
    }
  }

  func makeRequestID() -> String { "\(idPrefix)-\(idCounter.add(1, ordering: .relaxed).newValue)" }

  // MARK: Stopping

  /// Whether connections close after their response.
  var isStopping: Bool { stop.withLock { $0.isStopping } }

  /// Whether new requests are refused without calling the handler.
  var isAborting: Bool { stop.withLock { $0.isAborting } }

  func beginStopping() { stop.withLock { $0.isStopping = true } }

  func beginAborting() { stop.withLock { $0.isAborting = true } }

  /// When requests in flight are aborted; nil if no stop has been requested.
  var stopBy: Milliseconds? { stop.withLock { $0.deadline } }

  /// Requests a stop and waits for it. Of several calls, the earliest deadline applies.
  func stop(by deadline: Milliseconds) async {
    await withCheckedContinuation { continuation in
      let isDone = stop.withLock { stop in
        if stop.isDone { return true }
        stop.waiters.append(continuation)
        stop.deadline = min(stop.deadline ?? .max, deadline)
        return false
      }
      if isDone { continuation.resume() } else { listener.wakePoll() }
    }
  }

  /// Called by the supervisor when it ends.
  func stopped() {
    let waiters = stop.withLock { stop in
      stop.isDone = true
      defer { stop.waiters = [] }
      return stop.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  // MARK: Responses

  func problem(_ refusal: Refusal) -> HTTPResponse {
    var response = HTTPResponse(
      status: refusal.status,
      headers: ["Content-Type": "application/problem+json", "X-Content-Type-Options": "nosniff"],
      body: options.problem(refusal.status, refusal.detail))
    if refusal.status == 503 { response.headers["Retry-After"] = "1" }
    return response
  }

  /// Reports a response that is about to be sent, or that the library has sent by itself.
  func report(_ connection: Connection, _ current: Connection.Current?, status: Int, bytes: Int = 0) {
    guard let onRequest = options.onRequest else { return }
    onRequest(
      HTTPRequestRecord(
        id: current?.id ?? makeRequestID(), method: current?.method, path: current?.path, status: status,
        duration: current.map { $0.start.duration(to: .now) } ?? .zero,
        remoteAddress: current?.client ?? connection.address,
        proxyAddress: current?.client == nil ? nil : connection.address, requestBytes: current?.bytes ?? 0,
        responseBytes: bytes))
  }

  /// Writes a response to the socket directly, bypassing the library.
  func refuse(_ connection: Connection, _ refusal: Refusal) {
    let response = problem(refusal)
    report(connection, connection.current, status: response.status, bytes: response.body.count)
    connection.writeLast(response.lastBytes)
  }

  /// Hands a response to the library. Call it on the connection's thread only. If it returns false, the library
  /// closes the connection.
  func queue(_ response: HTTPResponse, on handle: OpaquePointer, closing: Bool) -> Bool {
    let made = response.body.withUnsafeBytes { bytes in
      // The library copies the buffer, so it is never written to.
      MHD_create_response_from_buffer(
        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made else { return false }
    defer { MHD_destroy_response(made) }
    // The library rejects empty values.
    for field in response.headers.fields where !Self.isOwn(field.name) && !field.value.isEmpty {
      guard MHD_add_response_header(made, field.name, field.value) == .YES else { return false }
    }
    if closing { _ = MHD_add_response_header(made, "Connection", "close") }
    return MHD_queue_response(handle, UInt32(response.status), made) == .YES
  }

  private static func isOwn(_ name: String) -> Bool {
    ["Connection", "Content-Length", "Transfer-Encoding"].contains { HTTPHeaders.isSame(name, $0) }
  }

  /// The memory that the library uses for a connection. Above 32 KiB, it begins with a page and is filled with zeros.
  private var connectionMemory: Int { max(4 * options.headerLimit, 40 << 10) }

  /// The memory that the library uses for the header of a request and what follows it. The size of a header is limited
  /// to less.
  var inputMemory: Int { connectionMemory / 2 }

  /// The size of the blank lines before a request, without whole pages. The library skips them without a
  /// call. It stores them and the request at the beginning of the connection's memory.
  static func blankBytes(before request: UnsafePointer<CChar>) -> Int { Int(bitPattern: request) % pageSize }

  static let pageSize = sysconf(Int32(_SC_PAGESIZE))

  // MARK: Library callbacks

  private func startLibrary() throws(HTTPServerError) -> LibraryPointer {
    let daemon = http_start(
      UInt32(min(options.threads, options.connectionLimit)),
      // The supervisor enforces the limit. The library counts a closed connection for a little longer.
      UInt32(options.connectionLimit + 64 * options.threads), connectionMemory,
      // Unretained: the supervisor's thread keeps the engine alive until the library has stopped.
      Unmanaged.passUnretained(self).toOpaque(),
      { engine, handle, context, event in
        guard let engine = Engine.from(engine), let handle, let context else { return }
        if event == .CONNECTION_NOTIFY_STARTED {
          let connection = engine.table.connection(descriptor: http_descriptor(handle))
          context.pointee = connection.map { Unmanaged.passRetained($0).toOpaque() }
        } else if let pointer = context.pointee {
          context.pointee = nil
          engine.closed(Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue())
        }
      },
      { engine, target, handle in
        guard let engine = Engine.from(engine), let target, let handle,
          let connection = http_connection_context(handle)
        else { return nil }
        let exchange = Exchange(
          engine: engine, connection: Unmanaged.fromOpaque(connection).takeUnretainedValue(),
          target: target)
        return Unmanaged.passRetained(exchange).toOpaque()
      },
      { _, handle, _, method, version, bytes, count, context in
        guard let handle, let method, let version, let count, let exchange = context?.pointee else {
          return .NO
        }
        let buffer = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count.pointee)
        count.pointee = 0
        return Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue()
          .receive(handle, method: method, version: version, bytes: buffer) ? .YES : .NO
      },
      { _, handle, context, code in
        guard let handle, let exchange = context?.pointee else { return }
        context?.pointee = nil
        Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue()
          .complete(status: Int(http_status(handle)), isOrderly: code == .REQUEST_TERMINATED_COMPLETED_OK)
      })
    guard let daemon else {
      throw HTTPServerError(
        .systemFailure, "libmicrohttpd did not start: \(String(cString: strerror(errno)))",
        fix: "Check the limits on threads and open files: ulimit -a")
    }
    return LibraryPointer(value: daemon)
  }

  private static func from(_ engine: UnsafeMutableRawPointer?) -> Engine? {
    engine.map { Unmanaged<Engine>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The library is about to close the descriptor.
  private func closed(_ connection: Connection) {
    let kind = connection.phase.kind
    // The connection was not closed by either side and the socket is intact, so the library could not parse the
    // request line. Before 1.0 it does not report a request line without a method or target.
    if kind == .opened || kind == .idle, !isStopping, connection.isPeerThere {
      if connection.hasBeenAnswered {
        connection.linger()
        report(connection, nil, status: Refusal.malformed.status)
      } else {
        refuse(connection, .malformed)
      }
    }
    if connection.lingers { connection.drain() }
    table.remove(connection)
  }
}
