import Glibc
import HTTPServer
import Testing

@Suite("Starting and stopping")
struct LifecycleTests {
  @Test("a port that is in use is reported as such")
  func portTaken() async throws {
    try await withServer { server in
      var options = HTTPServer.Options.patient
      options.port = server.port ?? 0
      let error = #expect(throws: HTTPServerError.self) {
        try HTTPServer(options: options, handler: echo).start()
      }
      #expect(error?.code == .addressInUse)
      #expect(error?.description.contains("cannot listen on 127.0.0.1:\(options.port): ") == true)
    }
  }

  @Test("invalid options are reported by name")
  func invalid() throws {
    func code(_ change: (inout HTTPServer.Options) -> Void) -> String {
      var options = HTTPServer.Options.patient
      change(&options)
      do {
        try HTTPServer(options: options, handler: echo).start()
        return "started"
      } catch {
        return "\(error.code): \(error.message)"
      }
    }
    #expect(
      code { $0.port = 70_000 }
        == "invalidConfiguration: port of the HTTP server is 70000, which is out of range")
    #expect(
      code { $0.threads = 0 }
        == "invalidConfiguration: threads of the HTTP server is 0, which is out of range")
    #expect(
      code { $0.connectionLimit = 0 }
        == "invalidConfiguration: connectionLimit of the HTTP server is 0, which is out of range")
    #expect(code { $0.requestDeadline = .zero }.hasPrefix("invalidConfiguration: requestDeadline"))
    #expect(
      code { $0.host = "example.org" } == "invalidConfiguration: 'example.org' is not an address to listen on"
    )
    #expect(
      code { $0.host = "192.0.2.1" }.hasPrefix("addressNotAvailable: cannot listen on 192.0.2.1:0: "))
  }

  @Test("a server starts only once, and can be stopped several times")
  func once() async throws {
    let server = HTTPServer(options: .patient, handler: echo)
    #expect(server.port == nil)
    await server.stop(grace: .zero)
    try server.start()
    let error = #expect(throws: HTTPServerError.self) { try server.start() }
    #expect(error?.code == .alreadyStarted)
    await withTaskGroup { group in
      for _ in 0..<5 { group.addTask { await server.stop(grace: .seconds(1)) } }
    }
    await server.stop(grace: .zero)
  }

  @Test("a stop finishes requests in flight, closes idle connections, and frees the port")
  func graceful() async throws {
    let gate = Gate()
    let started = Counter()
    var options = HTTPServer.Options.patient
    let server = HTTPServer(options: options) { request in
      if request.path == "/wait" {
        started.add()
        await gate.wait()
      }
      return HTTPResponse(text: "done")
    }
    try server.start()
    let idle = try RawClient(port: server.port)
    #expect(try await idle.exchange(get("/")).status == 200)
    let fresh = try RawClient(port: server.port)
    let half = try RawClient(port: server.port)
    await half.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    #expect(try await half.receive().status == 100)
    let clients = try (0..<40).map { _ in try RawClient(port: server.port) }
    for client in clients { await client.send(get("/wait")) }
    try await started.reach(40)
    async let stop: Void = server.stop(grace: .seconds(60))
    #expect(await idle.isClosed())
    #expect(await fresh.isClosed())
    #expect(throws: RawClient.Failure.self) { _ = try RawClient(port: server.port) }
    gate.open()
    for client in clients {
      let response = try await client.receive()
      #expect(response.body == "done")
      #expect(response.headers["connection"] == "close")
    }
    #expect(try await half.exchange("hello").body == "done")
    await stop
    options.port = server.port ?? 0
    let next = HTTPServer(options: options, handler: echo)
    try next.start()
    #expect(try await RawClient(port: next.port).exchange(get("/")).status == 200)
    await next.stop(grace: .zero)
  }

  /// A server with two threads, one of which a handler blocks. Passes idle clients of the blocked thread and of the
  /// other one. Handlers of `/write` count, and suspend.
  private func withBlockedThread(
    _ body: (HTTPServer, _ waiting: [RawClient], _ others: [RawClient], Counter, Barrier) async throws -> Void
  ) async throws {
    let (handled, blocked, barrier) = (Counter(), Counter(), Barrier())
    try await withServer { options in
      options.threads = 2
    } handler: { request in
      let thread = "\(pthread_self())"
      switch request.path {
      case "/block":
        blocked.add()
        barrier.block()
      case "/write": await Task.detached { handled.add() }.value
      default: break
      }
      return HTTPResponse(text: thread)
    } _: { server in
      let blocker = try RawClient(port: server.port)
      let thread = try await blocker.exchange(get("/")).body
      var (waiting, others): ([RawClient], [RawClient]) = ([], [])
      while waiting.count < 10 || others.isEmpty {
        let client = try RawClient(port: server.port)
        let isWaiting = try await client.exchange(get("/")).body == thread
        if isWaiting { waiting.append(client) } else { others.append(client) }
      }
      await blocker.send(get("/block"))
      try await blocked.reach(1)
      try await body(server, waiting, others, handled, barrier)
      #expect(try await blocker.receive().status == 200)
    }
  }

  @Test("requests that have arrived before the stop are finished")
  func arrived() async throws {
    try await withBlockedThread { server, waiting, others, handled, barrier in
      for client in waiting { await client.send(post("/write", "x")) }
      async let stop: Void = server.stop(grace: .seconds(60))
      for client in others { #expect(await client.isClosed()) }
      barrier.open()
      for client in waiting {
        let response = try await client.receive()
        #expect(response.status == 200 && response.headers["connection"] == "close")
      }
      #expect(handled.count == waiting.count)
      await stop
    }
  }

  @Test("requests that arrive on a connection that is being closed are not begun, and get 503")
  func tooLate() async throws {
    try await withBlockedThread { server, waiting, others, handled, barrier in
      async let stop: Void = server.stop(grace: .seconds(60))
      for client in others { #expect(await client.isClosed()) }
      for client in waiting { await client.send(post("/write", "x")) }
      barrier.open()
      for client in waiting {
        // After a second, the server no longer waits for the blocked thread.
        guard let response = try? await client.receive() else { continue }
        #expect(response.status == 503 && response.isProblem)
        #expect(response.headers["connection"] == "close" && response.headers["retry-after"] == "1")
      }
      #expect(handled.count == 0)
      await stop
    }
  }

  @Test("handlers that exceed the grace are cancelled, and their clients get 503")
  func grace() async throws {
    let started = Counter()
    let cancelled = Counter()
    let gate = Gate()
    let server = HTTPServer(options: .patient) { request in
      started.add()
      if request.path == "/deaf" {
        await gate.wait()
      } else {
        try? await Task.sleep(for: .seconds(600))
      }
      if Task.isCancelled { cancelled.add() }
      return HTTPResponse()
    }
    try server.start()
    let slow = try RawClient(port: server.port)
    await slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
    let clients = try (0..<20).map { _ in try RawClient(port: server.port) }
    for (index, client) in clients.enumerated() { await client.send(get(index < 10 ? "/deaf" : "/")) }
    try await started.reach(20)
    await server.stop(grace: .milliseconds(50))
    for client in clients {
      let response = try await client.receive()
      #expect(response.status == 503)
      #expect(response.isProblem)
    }
    #expect(await slow.isClosed())
    // Handlers that ignore cancellation are not waited for.
    gate.open()
    try await cancelled.reach(20)
  }

  @Test("a stop during a flood of requests ends all of them")
  func busy() async throws {
    for _ in 0..<5 {
      var options = HTTPServer.Options.patient
      options.connectionLimit = 30
      let server = HTTPServer(options: options, handler: echo)
      try server.start()
      let answered = Counter()
      await withTaskGroup { group in
        for _ in 0..<8 {
          group.addTask {
            while let client = try? RawClient(port: server.port) {
              for _ in 0..<10 {
                guard let response = try? await client.exchange(post("/", "x")) else { break }
                #expect(response.status == 200 || response.status == 503)
                answered.add()
              }
            }
          }
        }
        try? await answered.reach(100)
        await server.stop(grace: .milliseconds(5))
      }
    }
  }

  @Test("the handler can be called without a socket, for tests")
  func inProcess() async throws {
    let server = HTTPServer(handler: echo)
    let request = try HTTPRequest(.post, "/a%20b?c=d", headers: ["X": "y"], body: [104, 105])
    let response = await server.respond(to: request)
    #expect(response.headers["x-segments"] == "a b")
    #expect(String(decoding: response.body, as: UTF8.self) == "POST /a%20b hi")
    #expect(throws: HTTPRequest.InvalidTarget.self) { try HTTPRequest(.get, "a") }
  }

  @Test("the server listens on IPv6, and also on IPv4 if it listens on all addresses")
  func dualStack() async throws {
    try await withServer {
      $0.host = "::"
    } _: { server in
      let response = try await RawClient(port: server.port).exchange(get("/"))
      #expect(response.status == 200)
    }
  }

  @Test("requests are reported with method, path, status, duration and sizes, but without the query")
  func records() async throws {
    let records = Records()
    try await withServer {
      $0.onRequest = { records.add($0) }
    } _: { server in
      let client = try RawClient(port: server.port)
      await client.send("HEAD /a%20b?secret=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
      _ = try await client.receive(toHead: true)
      let record = await records.next()
      #expect(record?.method == .head)
      #expect(record?.path == "/a%20b")
      #expect(record?.status == 200)
      #expect(record?.remoteAddress == "127.0.0.1")
      #expect(record?.requestBytes == 2)
      #expect(record?.responseBytes == 13)
      #expect((record?.duration ?? .zero) > .zero)
      _ = try await client.exchange("nonsense\r\n\r\n")
      let second = await records.next()
      #expect(second?.method == nil)
      #expect(second?.path == nil)
      #expect(second?.status == 400)
    }
  }
}
