import HTTPServer
import Testing

@Suite("Connection limits")
struct LimitTests {
  @Test("500 idle connections do not prevent others from being served")
  func idle() async throws {
    try await withServer { server in
      let idle = try (0..<500).map { _ in try RawClient(port: server.port) }
      for client in idle.prefix(250) { #expect(try await client.exchange(get("/")).status == 200) }
      for _ in 0..<50 { #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200) }
      for client in idle { #expect(try await client.exchange(get("/")).status == 200) }
    }
  }

  @Test("the longest idle connection is closed for a new one")
  func room() async throws {
    try await withServer {
      $0.connectionLimit = 10
    } _: { server in
      var clients: [RawClient] = []
      for _ in 0..<10 {
        clients.append(try RawClient(port: server.port))
        #expect(try await clients[clients.count - 1].exchange(get("/")).status == 200)
        // The server orders connections by the millisecond.
        let later = ContinuousClock.now + .milliseconds(2)
        while ContinuousClock.now < later { await Task.yield() }
      }
      for _ in 0..<5 {
        clients.append(try RawClient(port: server.port))
        #expect(try await clients[clients.count - 1].exchange(get("/")).status == 200)
        #expect(await clients.removeFirst().isClosed())
      }
      for client in clients { #expect(try await client.exchange(get("/")).status == 200) }
    }
  }

  @Test("slow clients that use up the limit are disconnected for others")
  func slowClients() async throws {
    try await withServer {
      $0.connectionLimit = 20
    } _: { server in
      let slow = try (0..<60).map { _ in try RawClient(port: server.port) }
      for client in slow { await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx") }
      for _ in 0..<20 { #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200) }
    }
  }

  @Test("clients over the limit wait while all connections have requests in progress")
  func waiting() async throws {
    let gate = Gate()
    let started = Counter()
    try await withServer {
      $0.connectionLimit = 5
    } handler: { request in
      started.add()
      if request.path == "/wait" { await gate.wait() }
      return HTTPResponse()
    } _: { server in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<5 {
          group.addTask { try await RawClient(port: server.port).exchange(get("/wait")).status }
        }
        try await started.reach(5)
        for _ in 0..<20 {
          group.addTask { try await RawClient(port: server.port).exchange(get("/")).status }
        }
        gate.open()
        #expect(try await group.reduce(into: [Int]()) { $0.append($1) } == [Int](repeating: 200, count: 25))
      }
    }
  }

  @Test("a flood of connections neither crashes the server nor uses up the limit for good")
  func flood() async throws {
    try await withServer {
      $0.connectionLimit = 50
    } _: { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            for number in 0..<100 {
              let client = try RawClient(port: server.port)
              if number % 3 == 0 { await client.send("GET / HT") }
              if number % 3 == 1 { await client.send(get("/")) }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
    }
  }

  private static let large = String(repeating: "x", count: 60_000)

  private static func head(_ size: Int) -> String {
    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n"
  }

  private func withBodyMemory(
    handler: @escaping HTTPServer.Handler = echo, _ body: (HTTPServer) async throws -> Void
  ) async throws {
    try await withServer(
      { options in
        options.bodyLimit = 100_000
        options.bodyMemory = 200_000
      }, handler: handler, body)
  }

  @Test("large bodies get 503 while others use up the memory, and small ones are received")
  func bodyMemory() async throws {
    let started = Counter()
    let gate = Gate()
    try await withBodyMemory { request in
      if request.body.count == 60_000 {
        started.add()
        await gate.wait()
      }
      return HTTPResponse(text: "\(request.body.count)")
    } _: { server in
      // Two bodies that have not arrived, and one whose handler runs.
      let slow = try (0..<2).map { _ in try RawClient(port: server.port) }
      for client in slow {
        let head = Self.head(70_000).replacing("Host", with: "Expect: 100-continue\r\nHost")
        #expect(try await client.exchange(head).status == 100)
      }
      let handled = try RawClient(port: server.port)
      await handled.send(Self.head(60_000) + Self.large)
      try await started.reach(1)
      let chunk = "\(String(Self.large.utf8.count, radix: 16))\r\n\(Self.large)\r\n0\r\n\r\n"
      let chunked = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      for text in [Self.head(50_000), chunked + chunk] {
        let client = try RawClient(port: server.port)
        let response = try await client.exchange(text)
        #expect(response.status == 503 && response.isProblem)
        #expect(response.headers["retry-after"] == "1" && response.headers["connection"] == "close")
        #expect(await client.isClosed())
      }
      let small = String(Self.large.prefix(16_384))
      #expect(try await RawClient(port: server.port).exchange(post("/a", small)).body == "16384")
      #expect(try await RawClient(port: server.port).exchange(chunked + "2\r\nab\r\n0\r\n\r\n").body == "2")
      gate.open()
      #expect(try await handled.receive().status == 200)
      for client in slow {
        #expect(try await client.exchange(String(repeating: "x", count: 70_000)).body == "70000")
      }
    }
  }

  @Test("the memory of a body is returned, whatever becomes of its request")
  func returnedMemory() async throws {
    try await withBodyMemory { server in
      let client = try RawClient(port: server.port)
      for _ in 0..<10 { #expect(try await client.exchange(post("/a", Self.large)).status == 200) }
      for _ in 0..<10 { await (try RawClient(port: server.port)).send(Self.head(90_000) + "x") }
      // The server notices the end of a connection a little later.
      var status = 503
      for _ in 0..<5_000 where status == 503 {
        status = try await RawClient(port: server.port).exchange(post("/a", Self.large)).status
      }
      #expect(status == 200)
    }
  }

  @Test("connections over the limit of their address are closed at once")
  func perAddress() async throws {
    try await withServer {
      $0.connectionLimitPerAddress = 3
    } _: { server in
      var clients: [RawClient] = []
      for _ in 0..<3 {
        clients.append(try RawClient(port: server.port))
        #expect(try await clients[clients.count - 1].exchange(get("/")).status == 200)
      }
      #expect(try await RawClient(port: server.port).isClosed())
      #expect(try await clients.removeLast().exchange(get("/", "Connection: close\r\n")).status == 200)
      var response: RawClient.Response?
      while response == nil {
        let client = try RawClient(port: server.port)
        response = try? await client.exchange(get("/"))
      }
      #expect(response?.status == 200)
    }
  }
}
