import Glibc
import HTTPServer
import Testing

@Suite("Requests and responses")
struct ExchangeTests {
  @Test("many requests on one connection, also pipelined")
  func keepAlive() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      for number in 0..<200 {
        let response = try await client.exchange(get("/\(number)"))
        #expect(response.status == 200)
        #expect(response.body == "GET /\(number) ")
      }
      await client.send((0..<50).map { get("/p\($0)") }.joined() + post("/last", "x"))
      for number in 0..<50 { #expect(try await client.receive().body == "GET /p\(number) ") }
      #expect(try await client.receive().body == "POST /last x")
    }
  }

  @Test("many concurrent connections")
  func connections() async throws {
    try await withServer { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<50 {
          group.addTask {
            let client = try RawClient(port: server.port)
            for round in 0..<20 {
              #expect(
                try await client.exchange(post("/\(number)", "\(round)")).body == "POST /\(number) \(round)")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("a body with Content-Length or in chunks, split at any byte")
  func bodies() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      let large = String(repeating: "0123456789", count: 50_000)
      #expect(try await client.exchange(post("/a", large)).body == "POST /a \(large)")
      #expect(try await client.exchange(post("/empty", "")).body == "POST /empty ")
      let chunked =
        "PUT /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;e=1\r\n world\r\n0\r\n\r\n"
      #expect(try await client.exchange(chunked).body == "PUT /b hello world")
      let other = try RawClient(port: server.port)
      for byte in chunked.utf8 { await other.send([byte]) }
      #expect(try await other.receive().body == "PUT /b hello world")
    }
  }

  @Test("HEAD is handled like GET, without a response body")
  func head() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      await client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n")
      let response = try await client.receive(toHead: true)
      #expect(response.status == 200)
      #expect(response.headers["content-length"] == "7")
      #expect(try await client.exchange(get("/b")).body == "GET /b ")
    }
  }

  @Test("a client that expects 100-continue gets it, unless its body would be rejected")
  func expectContinue() async throws {
    try await withServer {
      $0.bodyLimit = 10
    } _: { server in
      let client = try RawClient(port: server.port)
      let head = "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
      #expect(try await client.exchange(head + "3\r\n\r\n").status == 100)
      #expect(try await client.exchange("abc").body == "POST /a abc")
      #expect(try await client.exchange(head + "11\r\n\r\n").status == 413)
    }
  }

  @Test("path and query are decoded")
  func target() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      let response = try await client.exchange(get("/a%2Fb/%C3%A9//?q=x+y%26z&q=&flag"))
      #expect(response.headers["x-segments"] == "a/b|é||")
      #expect(response.headers["x-query"] == "q=x y&z,q=,flag=")
      #expect(response.body == "GET /a%2Fb/%C3%A9// ")
      #expect(try await client.exchange(get("http://other/c?d=e")).body == "GET /c ")
      #expect(try await client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").body == "OPTIONS * ")
    }
  }

  @Test("a handler gets case-insensitive header fields, the client's address and a request ID")
  func fields() async throws {
    try await withServer(handler: { request in
      HTTPResponse(
        text: [
          request.headers["x-ONE"] ?? "", request.headers.values("x-many").joined(separator: "+"),
          request.headers["absent"] ?? "none", request.remoteAddress,
        ].joined(separator: ",") + "," + request.id)
    }) { server in
      let client = try RawClient(port: server.port)
      let text = get("/", "X-One:  1 \r\nX-Many: a\r\nx-MANY: b\r\n")
      let first = try await client.exchange(text).body.split(separator: ",")
      let second = try await client.exchange(text).body.split(separator: ",")
      #expect(first.dropLast() == ["1", "a+b", "none", "127.0.0.1"])
      #expect(first.last != second.last)
    }
  }

  @Test("HTTP/1.0 is supported, and its connection is closed unless the client asks for keep-alive")
  func old() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      #expect(
        try await client.exchange("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body == "GET /a ")
      #expect(try await client.exchange("GET /b HTTP/1.0\r\n\r\n").body == "GET /b ")
      #expect(await client.isClosed())
      let other = try RawClient(port: server.port)
      #expect(try await other.exchange(get("/c", "Connection: close\r\n")).body == "GET /c ")
      #expect(await other.isClosed())
    }
  }

  @Test("a client that has shut down its sending side still gets its response, and its connection ends")
  func halfClosed() async throws {
    try await withServer { server in
      // Often, because it depends on the moment.
      for _ in 0..<200 {
        let client = try RawClient(port: server.port)
        await client.send(get("/a"))
        client.finishSending()
        #expect(try await client.receive().body == "GET /a ")
        try #require(await client.isClosed())
      }
    }
  }

  @Test("a response keeps its status and header fields, except those that the server sets")
  func response() async throws {
    try await withServer(handler: { request in
      switch request.path {
      case "/created":
        HTTPResponse(
          status: 201,
          headers: [
            "Location": "/x", "Content-Length": "999", "Transfer-Encoding": "chunked", "X-Empty": "",
          ],
          body: [104, 105])
      case "/none": HTTPResponse(status: 204, body: [1])
      case "/close": HTTPResponse(headers: ["Connection": "close"])
      case "/split": HTTPResponse(headers: ["X": "a\r\nSet-Cookie: b"])
      case "/name": HTTPResponse(headers: ["X Y": "a"])
      default: HTTPResponse(status: 99)
      }
    }) { server in
      let client = try RawClient(port: server.port)
      let created = try await client.exchange(get("/created"))
      #expect(created.status == 201)
      #expect(created.headers["location"] == "/x")
      #expect(created.headers["content-length"] == "2")
      #expect(created.headers["transfer-encoding"] == nil)
      #expect(created.headers["date"] != nil)
      #expect(try await client.exchange(get("/none")).status == 204)
      for path in ["/split", "/name", "/status"] {
        let response = try await client.exchange(get(path))
        #expect(response.status == 500)
        #expect(response.isProblem)
        #expect(response.headers["set-cookie"] == nil)
      }
      #expect(try await client.exchange(get("/close")).headers["connection"] == "close")
      #expect(await client.isClosed())
    }
  }

  @Test("a large response arrives completely")
  func largeResponse() async throws {
    let large = String(repeating: "x", count: 5_000_000)
    try await withServer(handler: { _ in HTTPResponse(text: large) }) { server in
      let client = try RawClient(port: server.port)
      #expect(try await client.exchange(get("/")).body == large)
      #expect(try await client.exchange(get("/")).body == large)
    }
  }

  @Test("a handler continues on the connection's thread after it was suspended")
  func thread() async throws {
    @Sendable func thread() -> pthread_t { pthread_self() }
    try await withServer(handler: { _ in
      let first = thread()
      var isSame = true
      for _ in 0..<20 {
        await Task.detached {}.value
        isSame = isSame && pthread_equal(first, thread()) != 0
      }
      return HTTPResponse(text: "\(isSame)")
    }) { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            let client = try RawClient(port: server.port)
            #expect(try await client.exchange(get("/")).body == "true")
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
