import CHTTPServer
import CMicroHTTPD
import Threads

/// One request and its answer, as the library calls for it.
///
/// Belongs to the thread of the library that serves the connection; the other threads see
/// `Connection.current` only.
final class Exchange {
  private enum Phase {
    case started
    case receiving
    case handling(PendingResponse)
    case answered
  }

  let engine: Engine
  let connection: Connection
  let rawTarget: [UInt8]
  let id: String
  private let start = ContinuousClock.now

  private var phase = Phase.started
  private var head: RequestHead?
  private var body: [UInt8] = []
  /// Whether the library keeps the connection open after the answer.
  private(set) var keepsAlive = false

  init(engine: Engine, connection: Connection, rawTarget: [UInt8]) {
    self.engine = engine
    self.connection = connection
    self.rawTarget = rawTarget
    id = engine.makeRequestID()
    let path = String(decoding: rawTarget.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    let current = Connection.Current(id: id, path: path, start: start)
    connection.current.withLock { $0 = current }
    connection.advance(to: .receiving)
  }

  /// Called when the fields are there, for each part of the body, when all is there, and whenever
  /// the connection is resumed. False has the library close the connection.
  func receive(
    _ handle: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>,
    bytes: UnsafeRawBufferPointer
  ) -> Bool {
    switch phase {
    case .started: begin(handle, method: method, version: version)
    case .receiving: bytes.isEmpty ? dispatch(handle) : append(bytes)
    case .handling(let pending):
      pending.response.map { answer(handle, with: $0) } ?? true
    case .answered: true
    }
  }

  private func begin(
    _ handle: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
  ) -> Bool {
    let name = String(cString: method)
    connection.current.withLock { $0?.method = HTTPMethod(rawValue: name) }
    var headers = HTTPHeaders()
    withUnsafeMutablePointer(to: &headers) { pointer in
      chttp_fields(handle, pointer) { pointer, name, value in
        guard let name, let value else { return }
        pointer?.assumingMemoryBound(to: HTTPHeaders.self).pointee
          .append(String(cString: name), String(cString: value))
      }
    }
    do throws(Refusal) {
      head = try RequestHead(
        method: name, rawTarget: rawTarget, version: String(cString: version), headers: headers,
        size: chttp_header_size(handle), configuration: engine.configuration)
      guard chttp_is_exact(handle, method, rawTarget.count, version) != 0 else { throw .malformed }
    } catch {
      return refuse(handle, error)
    }
    phase = .receiving
    return true
  }

  private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= engine.configuration.bodyLimit else {
      // In the midst of a body the library takes no answer, and the rest may be endless.
      refuseDirectly(.bodyTooLarge(limit: engine.configuration.bodyLimit))
      return false
    }
    if body.isEmpty, let length = head?.contentLength { body.reserveCapacity(length) }
    body.append(contentsOf: bytes)
    return true
  }

  private func dispatch(_ handle: OpaquePointer) -> Bool {
    guard let head, connection.advance(to: .handling) else { return false }
    let request = HTTPRequest(
      method: head.method == .head ? .get : head.method, target: head.target, headers: head.headers,
      body: body, remoteAddress: connection.address, id: id, start: start)
    let received = body.count
    body = []
    // First suspended, then published: whoever sees it may resume.
    MHD_suspend_connection(handle)
    let pending = PendingResponse(suspended: handle)
    phase = .handling(pending)
    connection.current.withLock { current in
      current?.bytes = received
      current?.pending = pending
    }
    if engine.isAborting {
      pending.finish(with: engine.problem(.stopping))
    } else {
      let handler = engine.handler
      // A change of threads less: the handler leaves this one where it first waits for something.
      pending.attach(Task.immediate { pending.finish(with: await handler(request)) })
    }
    return true
  }

  private func answer(_ handle: OpaquePointer, with response: HTTPResponse) -> Bool {
    phase = .answered
    guard connection.advance(to: .sending) else { return false }
    let response = response.isSendable ? response : engine.problem(.unsendable)
    keepsAlive =
      head?.keepsAlive == true && !response.closesConnection && !engine.isStopping && connection.mayStayOpen
    engine.report(connection, response)
    return engine.queue(response, on: handle, closing: !keepsAlive)
  }

  private func refuse(_ handle: OpaquePointer, _ refusal: Refusal) -> Bool {
    phase = .answered
    guard connection.advance(to: .sending) else { return false }
    connection.lingers = true
    let response = engine.problem(refusal)
    engine.report(connection, response)
    return engine.queue(response, on: handle, closing: true)
  }

  private func refuseDirectly(_ refusal: Refusal) {
    phase = .answered
    guard connection.advance(to: .closed) else { return }
    connection.current.withLock { $0?.bytes = body.count }
    engine.refuse(connection, refusal)
  }
}
