import CHTTPServer
import Glibc
import Threads

extension Engine {
  /// Starts the library's threads, which call this engine. It has to live until they are stopped.
  ///
  /// - Throws: ``HTTPServerError`` with code `systemFailure`.
  private func startLibrary() throws(HTTPServerError) -> LibraryHandle {
    var settings = chttp_settings()
    settings.server = Unmanaged.passUnretained(self).toOpaque()
    settings.threads = UInt32(min(configuration.threads, configuration.connectionLimit))
    // The supervisor keeps the limit. The library counts a closed connection a little longer.
    settings.connections = UInt32(configuration.connectionLimit + 64 * configuration.threads)
    settings.memory = 4 * configuration.headerLimit
    settings.opened = { server, handle, context in
      guard let engine = Engine.from(server), let handle, let context,
        let connection = engine.table.connection(descriptor: chttp_descriptor(handle))
      else { return }
      context.pointee = Unmanaged.passRetained(connection).toOpaque()
    }
    settings.closed = { server, context in
      guard let engine = Engine.from(server), let pointer = context?.pointee else { return }
      context?.pointee = nil
      engine.closed(Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue())
    }
    settings.started = { server, target, handle in
      guard let engine = Engine.from(server), let target, let handle,
        let connection = Engine.connection(handle)
      else { return nil }
      let bytes = Array(UnsafeRawBufferPointer(start: target, count: strlen(target)))
      return Unmanaged.passRetained(Exchange(engine: engine, connection: connection, rawTarget: bytes))
        .toOpaque()
    }
    settings.received = { _, handle, method, version, bytes, count, context in
      guard let handle, let method, let version, let count, let pointer = context?.pointee else { return 0 }
      let buffer = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count.pointee)
      count.pointee = 0
      let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
      return exchange.receive(handle, method: method, version: version, bytes: buffer) ? 1 : 0
    }
    settings.completed = { _, context, isOrderly in
      guard let pointer = context?.pointee else { return }
      context?.pointee = nil
      let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
      exchange.connection.current.withLock { $0 = nil }
      // The library closes a connection that is not kept; nothing on it is waited for.
      exchange.connection.advance(to: isOrderly != 0 && exchange.keepsAlive ? .idle : .closed)
    }
    settings.refused = { handle, status in
      guard let handle, let connection = Engine.connection(handle) else { return 0 }
      return connection.engine.refused(handle, connection, status: Int(status)) ? 1 : 0
    }
    guard let library = chttp_start(&settings) else {
      throw HTTPServerError(
        .systemFailure, "libmicrohttpd did not start: \(String(cString: strerror(errno)))",
        remedy: "See whether the system has threads and open files left: ulimit -a")
    }
    return LibraryHandle(library)
  }

  /// Starts the library and the supervisor.
  ///
  /// - Throws: ``HTTPServerError`` with code `systemFailure`.
  func start(_ listener: ListeningSocket) throws(HTTPServerError) {
    let library = try startLibrary()
    do {
      try ConnectionSupervisor.start(engine: self, library: library, listener: listener)
    } catch {
      chttp_stop(library.pointer)
      throw error
    }
  }

  private static func from(_ server: UnsafeMutableRawPointer?) -> Engine? {
    server.map { Unmanaged<Engine>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func connection(_ handle: OpaquePointer) -> Connection? {
    chttp_connection(handle).map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The library refuses a request by itself, on the connection's thread.
  ///
  /// It does so in the midst of reading, and in some places goes on as if nothing had happened: its
  /// answer would then be garbled or stay unsent. So the answer is written past it, and what it is
  /// given to send fails, upon which it closes the connection.
  private func refused(_ handle: OpaquePointer, _ connection: Connection, status: Int) -> Bool {
    if connection.advance(to: .sending) {
      refuse(connection, Refusal(library: status, configuration))
    }
    return queue(HTTPResponse(status: status), on: handle, closing: true)
  }

  /// Answers past the library.
  func refuse(_ connection: Connection, _ refusal: Refusal) {
    let response = problem(refusal)
    report(connection, response)
    connection.writeLast(DirectAnswer.bytes(response))
  }

  /// The library is about to close the descriptor.
  private func closed(_ connection: Connection) {
    switch connection.phase.kind {
    case .opened, .idle:
      // Nobody closed it and nothing is wrong with the socket: it was a line of which the library
      // could not even tell the method, and which it leaves unanswered.
      if !isStopping, connection.isPeerThere { refuse(connection, .malformed) }
    default: break
    }
    if connection.lingers { inbox.linger(connection.descriptor) }
    table.remove(connection)
    inbox.connectionClosed()
  }
}

/// The library's daemon, for the one thread that uses it.
struct LibraryHandle: Sendable {
  private let bits: UInt

  init(_ pointer: OpaquePointer) { bits = UInt(bitPattern: pointer) }

  var pointer: OpaquePointer? { OpaquePointer(bitPattern: bits) }
}
