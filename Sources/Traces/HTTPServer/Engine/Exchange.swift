import CMicroHTTPD
import Glibc
import Threads

/// One request and its response, driven by the library's callbacks.
///
/// Used only on the library thread that serves the connection. Other threads see only `Connection.current`.
final class Exchange {
  private enum State {
    case started
    case receiving(RequestHead)
    case reading(RequestHead, ChunkedReader)
    case handling(RequestHead, PendingResponse)
    case answered
  }

  private let engine: Engine
  private let connection: Connection
  private let rawTarget: [UInt8]
  private let id: String
  private let start = ContinuousClock.now
  private var state = State.started
  private var body: [UInt8] = []
  private var bodyShare: BodyMemory.Share?
  /// Whether the library keeps the connection open after the response.
  private var keepsAlive = false

  /// Called when the request line has been received.
  init(engine: Engine, connection: Connection, target: UnsafePointer<CChar>) {
    self.engine = engine
    self.connection = connection
    rawTarget = Array(UnsafeRawBufferPointer(start: target, count: strlen(target)))
    id = engine.makeRequestID()
    let path = String(decoding: rawTarget.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    let current = Connection.Current(id: id, path: path, start: start)
    connection.changeCurrent { $0 = current }
    connection.advance(to: .receiving)
    do throws(Refusal) {
      // The library parses the query into memory that it shares with the header fields. Before 1.0, it loses its place
      // in the request when that memory runs out.
      let items = rawTarget.count { $0 == UInt8(ascii: "&") }
      guard items <= engine.options.headerLimit / Self.bytesPerItem else {
        throw .headerTooLarge(limit: engine.options.headerLimit)
      }
      try LengthCheck.check(after: target, engine.options)
    } catch {
      refuseDirectly(error)
      shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }
  }

  /// A lower bound for the bytes that the library needs for a query item.
  private static let bytesPerItem = 64

  /// Called after the header, for each part of the body, after the last part, and whenever the connection is resumed.
  /// If it returns false, the library closes the connection.
  func receive(
    _ handle: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>,
    bytes: UnsafeRawBufferPointer
  ) -> Bool {
    switch state {
    case .started: begin(handle, method: method, version: version)
    case .receiving(let head): bytes.isEmpty ? dispatch(handle, head) : append(bytes, head)
    case .reading(let head, let reader): finish(reader, handle, head)
    case .handling(let head, let pending): proceed(handle, head, pending)
    case .answered: false
    }
  }

  /// Called when the library is done with the request: the response was sent, or the connection broke.
  ///
  /// - Parameter status: the status that was sent, also of the library's own responses; 0 if none was sent.
  func complete(status: Int, isOrderly: Bool) {
    switch state {
    case .started, .receiving, .reading:
      guard status > 0, connection.advance(to: .closed) else { break }
      connection.linger()
      engine.report(connection, connection.current, status: status)
    case .handling(_, let pending): pending.detach()
    case .answered: break
    }
    connection.changeCurrent { $0 = nil }
    let isKept = isOrderly && keepsAlive && connection.isPeerThere
    if isKept { connection.noteWritten() }
    // Before 1.0, the library does not notice a client that shuts down its sending side while its request is handled.
    if isOrderly, keepsAlive, !isKept { shutdown(connection.descriptor, Int32(SHUT_RDWR)) }
    // The library closes a connection that is not kept alive, so no further request is expected on it.
    connection.advance(to: isKept ? .idle : .closed)
  }

  private func begin(
    _ handle: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
  ) -> Bool {
    let name = String(cString: method)
    connection.changeCurrent { $0?.method = HTTPMethod(rawValue: name) }
    let fields = ReceivedFields(handle, after: version)
    do throws(Refusal) {
      guard connection.mayStayOpen else { throw Refusal.closing }
      let head = try RequestHead(
        method: name, rawTarget: rawTarget, version: String(cString: version), headers: fields.headers,
        size: http_header_size(handle), options: engine.options)
      guard fields.areExact(handle, method: method, targetLength: rawTarget.count, version: version) else {
        throw .malformed
      }
      if let client = engine.options.clientAddress?(connection.address, head.headers),
        client != connection.address
      {
        connection.changeCurrent { $0?.client = client }
      }
      let share = BodyMemory.Share(of: engine.bodyMemory)
      try share.grow(to: head.contentLength ?? 0)
      bodyShare = share
      let position = connection.count(
        header: Engine.blankBytes(before: method) + http_header_size(handle), body: head.contentLength ?? 0)
      guard head.contentLength == nil, ChunkedReader.isNeeded else {
        state = .receiving(head)
        return true
      }
      try readChunks(handle, head, share, after: method + http_header_size(handle), at: position)
      return true
    } catch {
      return refuse(error, handle)
    }
  }

  /// - Parameters:
  ///   - end: the end of the header.
  ///   - position: the number of bytes that the client sent before `end`.
  private func readChunks(
    _ handle: OpaquePointer, _ head: RequestHead, _ share: BodyMemory.Share,
    after end: UnsafePointer<CChar>, at position: Int
  ) throws(Refusal) {
    guard
      let buffered = ChunkedReader.buffered(
        after: end, at: position, limit: engine.inputMemory - http_header_size(handle), on: connection)
    else { throw Refusal(411, "The request requires a Content-Length.") }
    let expects = head.headers.values("Expect").contains { HTTPHeaders.isSame($0, "100-continue") }
    let reader = ChunkedReader()
    state = .reading(head, reader)
    try reader.start(
      handle, buffered: buffered, expects: expects, share: share, connection: connection,
      options: engine.options)
  }

  private func finish(_ reader: ChunkedReader, _ handle: OpaquePointer, _ head: RequestHead) -> Bool {
    switch reader.outcome {
    case nil: return true
    case .gone: return false
    case .refused(let refusal): return refuse(refusal, handle)
    case .body(let bytes):
      body = bytes
      return dispatch(handle, head)
    }
  }

  private func refuse(_ refusal: Refusal, _ handle: OpaquePointer) -> Bool {
    state = .answered
    guard connection.advance(to: .sending) else { return false }
    connection.linger()
    return send(engine.problem(refusal), handle)
  }

  private func append(_ bytes: UnsafeRawBufferPointer, _ head: RequestHead) -> Bool {
    guard body.count + bytes.count <= engine.options.bodyLimit else {
      // The library accepts no response in the middle of a body, and the rest of the body may never end.
      refuseDirectly(.bodyTooLarge(limit: engine.options.bodyLimit))
      return false
    }
    if body.isEmpty, let length = head.contentLength { body.reserveCapacity(length) }
    body.append(contentsOf: bytes)
    return true
  }

  private func dispatch(_ handle: OpaquePointer, _ head: RequestHead) -> Bool {
    guard connection.advance(to: .handling) else { return false }
    let request = HTTPRequest(
      method: head.method == .head ? .get : head.method, target: head.target, headers: head.headers,
      body: body, remoteAddress: connection.current?.client ?? connection.address, id: id, start: start)
    let received = body.count
    body = []
    let share = bodyShare
    bodyShare = nil
    let pending = PendingResponse()
    state = .handling(head, pending)
    connection.changeCurrent { current in
      current?.bytes = received
      current?.pending = pending
    }
    if engine.isAborting {
      pending.finish(with: engine.problem(.stopping))
    } else {
      let handler = engine.handler
      pending.attach(
        Task.immediate(executorPreference: pending) {
          pending.finish(with: await handler(request))
          withExtendedLifetime(share) {}
        })
    }
    return proceed(handle, head, pending)
  }

  /// If the handler finishes without suspending, the response is sent at once.
  private func proceed(_ handle: OpaquePointer, _ head: RequestHead, _ pending: PendingResponse) -> Bool {
    pending.proceed(handle).map { respond(handle, head, with: $0) } ?? true
  }

  private func respond(_ handle: OpaquePointer, _ head: RequestHead, with response: HTTPResponse) -> Bool {
    state = .answered
    guard connection.advance(to: .sending) else { return false }
    let response = response.isSendable ? response : engine.problem(.unsendable)
    keepsAlive =
      head.keepsAlive && !head.endsConnection && !response.closesConnection && !engine.isStopping
      && connection.mayStayOpen
    return send(response, handle)
  }

  private func send(_ response: HTTPResponse, _ handle: OpaquePointer) -> Bool {
    engine.report(
      connection, connection.current, status: response.status, bytes: response.body.count)
    return engine.queue(response, on: handle, closing: !keepsAlive)
  }

  private func refuseDirectly(_ refusal: Refusal) {
    state = .answered
    guard connection.advance(to: .closed) else { return }
    connection.changeCurrent { $0?.bytes = body.count }
    engine.refuse(connection, refusal)
  }
}

/// Header fields, and whether the library reported them exactly as they were sent.
private struct ReceivedFields {
  private(set) var headers = HTTPHeaders()
  /// Where the next field must begin if the library skipped nothing.
  private var next: UnsafePointer<CChar>
  private var isComplete = true

  init(_ handle: OpaquePointer, after version: UnsafePointer<CChar>) {
    next = version + strlen(version) + 2
    withUnsafeMutablePointer(to: &self) { fields in
      _ = MHD_get_connection_values(
        handle, .HEADER_KIND,
        { fields, _, name, value in
          guard let fields, let name, let value else { return .NO }
          fields.assumingMemoryBound(to: ReceivedFields.self).pointee.add(name, value)
          return .YES
        }, fields)
    }
  }

  private mutating func add(_ name: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>) {
    headers.append(String(cString: name), String(cString: value))
    guard isComplete else { return }
    var position = name + strlen(name) + 1
    while position < value, [0x20, 0x09].contains(position.pointee) { position += 1 }
    isComplete = name == next && position == value
    next = value + strlen(value) + 2
  }

  /// Before 1.0, the library ends the header at a field without a name, makes a folded line part of the field's name,
  /// and cuts values at a NUL. A proxy in front of it could then see different requests (request smuggling). The
  /// library leaves the bytes where it received them, so each field must begin right after the CR LF of the one
  /// before it.
  func areExact(
    _ handle: OpaquePointer, method: UnsafePointer<CChar>, targetLength: Int, version: UnsafePointer<CChar>
  ) -> Bool {
    guard MHD_get_version().pointee == CChar(UInt8(ascii: "0")) else { return true }
    return method + strlen(method) + 1 + targetLength + 1 == version
      && isComplete && next + 2 == method + http_header_size(handle)
  }
}
