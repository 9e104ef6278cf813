import HTTPServer
import Testing

@Suite("Deadlines")
struct DeadlineTests {
  @Test("a client that sends single bytes slowly is disconnected while others are served")
  func slow() async throws {
    let records = Records()
    try await withServer {
      $0.requestDeadline = .seconds(8)
      $0.onRequest = { records.add($0) }
    } _: { server in
      let begun = try RawClient(port: server.port)
      let body = try RawClient(port: server.port)
      let fields = try RawClient(port: server.port)
      await fields.send("GET /slow HTTP/1.1\r\n")
      await body.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
      let dripping = Task {
        while !Task.isCancelled {
          for client in [begun, fields, body] { await client.send("x") }
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      defer { dripping.cancel() }
      for client in [fields, body] {
        let response = try await client.receive()
        #expect(response.status == 408)
        #expect(response.isProblem)
        #expect(await client.isClosed())
      }
      #expect(await begun.isClosed())
      for _ in 0..<2 {
        let record = await records.next()
        #expect(record?.status == 408)
        #expect(record?.path == "/slow")
      }
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
    }
  }

  @Test("the request deadline starts again for each request on a kept-alive connection")
  func laterRequest() async throws {
    try await withServer {
      $0.requestDeadline = .seconds(2)
    } _: { server in
      let client = try RawClient(port: server.port)
      #expect(try await client.exchange(get("/")).status == 200)
      // Longer than the deadline, which does not include the time between requests.
      try await Task.sleep(for: .milliseconds(2_200))
      #expect(try await client.exchange(get("/")).status == 200)
      await client.send("GET / HTTP/1.1\r\nHost: x\r\n")
      #expect(try await client.receive().status == 408)
    }
  }

  @Test("an idle connection is closed after its timeout")
  func idle() async throws {
    try await withServer {
      $0.keepAliveTimeout = .milliseconds(200)
    } _: { server in
      let client = try RawClient(port: server.port)
      #expect(try await client.exchange(get("/")).status == 200)
      #expect(await client.isClosed())
    }
  }

  @Test("a handler that exceeds its deadline is cancelled and its client gets 503")
  func handler() async throws {
    let records = Records()
    let cancelled = Counter()
    try await withServer {
      $0.handlerDeadline = .seconds(1)
      $0.onRequest = { records.add($0) }
    } handler: { request in
      guard request.path == "/slow" else { return HTTPResponse() }
      try? await Task.sleep(for: .seconds(600))
      if Task.isCancelled { cancelled.add() }
      return HTTPResponse(status: 299)
    } _: { server in
      let client = try RawClient(port: server.port)
      let response = try await client.exchange(post("/slow", "abc"))
      #expect(response.status == 503)
      #expect(response.isProblem)
      try await cancelled.reach(1)
      let record = await records.next()
      #expect(record?.status == 503)
      #expect(record?.requestBytes == 3)
      #expect(try await client.exchange(get("/")).status == 200)
    }
  }

  @Test("a handler that ignores cancellation blocks nobody, and its late response is discarded")
  func deafHandler() async throws {
    let gate = Gate()
    let returned = Counter()
    try await withServer {
      $0.handlerDeadline = .seconds(1)
    } handler: { request in
      guard request.path == "/slow" else { return HTTPResponse(text: request.path) }
      await gate.wait()
      returned.add()
      return HTTPResponse(text: "late")
    } _: { server in
      let client = try RawClient(port: server.port)
      #expect(try await client.exchange(get("/slow")).status == 503)
      gate.open()
      try await returned.reach(1)
      #expect(try await client.exchange(get("/a")).body == "/a")
    }
  }

  @Test("a client that does not read its response is disconnected")
  func slowReader() async throws {
    let large = [UInt8](repeating: 1, count: 50_000_000)
    try await withServer {
      $0.responseDeadline = .seconds(1)
      $0.connectionLimit = 1
    } handler: { request in
      HTTPResponse(body: request.path == "/large" ? large : [])
    } _: { server in
      let client = try RawClient(port: server.port, receiveBuffer: 4_096)
      await client.send(get("/large"))
      // Served only after the other connection is closed.
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
      await #expect(throws: RawClient.Failure.self) { try await client.receive() }
    }
  }

  @Test("a client that disconnects while its handler runs leaks no connection and no memory")
  func goneClient() async throws {
    let started = Counter()
    let alive = Counter()
    let ended = Counter()
    let gate = Gate()
    final class Witness: Sendable {
      let onEnd: @Sendable () -> Void
      init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
      deinit { onEnd() }
    }
    try await withServer {
      $0.connectionLimit = 100
    } handler: { request in
      guard request.path == "/wait" else { return HTTPResponse() }
      alive.add()
      let witness = Witness { ended.add() }
      started.add()
      await gate.wait()
      return withExtendedLifetime(witness) { HTTPResponse(body: [UInt8](repeating: 1, count: 100_000)) }
    } _: { server in
      for _ in 0..<90 {
        let client = try RawClient(port: server.port)
        await client.send(get("/wait"))
      }
      try await started.reach(90)
      gate.open()
      try await ended.reach(90)
      // The connection slots are free again.
      let clients = try (0..<100).map { _ in try RawClient(port: server.port) }
      for client in clients { #expect(try await client.exchange(get("/")).status == 200) }
    }
  }
}
