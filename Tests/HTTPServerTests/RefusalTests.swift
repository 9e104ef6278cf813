import HTTPServer
import Testing

@Suite("Rejected requests")
struct RefusalTests {
  @Test(
    "malformed requests get 400",
    arguments: [
      "GET /\r\n\r\n", "GET\r\n\r\n", "nonsense\r\n\r\n", " / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/x.y\r\nHost: x\r\n\r\n", "GET / FTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "GET a HTTP/1.1\r\nHost: x\r\n\r\n",
      "G<T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n",
      // Header fields.
      "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\u{1}b\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n:\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\n: a\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n b\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\nY: z\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\n\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /  HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n",
      // Framing.
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
      // Encoding.
      "GET /% HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%2 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /%C3%28 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /?a=% HTTP/1.1\r\nHost: x\r\n\r\n", "GET /?%ff=a HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /?a=%ED%A0%80 HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
  func malformed(text: String) async throws {
    let records = Records()
    try await withServer {
      $0.onRequest = { records.add($0) }
    } handler: { _ in
      Issue.record("a handler was called")
      return HTTPResponse()
    } _: { server in
      let client = try RawClient(port: server.port)
      let response = try await client.exchange(text)
      #expect(response.status == 400)
      #expect(response.headers["connection"] == "close")
      #expect(await client.isClosed())
      #expect(await records.next()?.status == 400)
    }
  }

  @Test(
    "a Content-Length that is not a number gets one problem document and closes the connection",
    arguments: [
      "Content-Length: 1, 1", "Content-Length: -1", "Content-Length: +1", "Content-Length: 0x1",
      "Content-Length: ",
      "Content-Length:", "content-LENGTH:\t1 1", "Content-Length: 1 ", "Content-Length: 1x",
      "X: y\r\nContent-Length: x",
      "Content-Length: 1\r\n 1", "Content-Length: 18446744073709551617",
    ])
  func malformedLength(field: String) async throws {
    let records = Records()
    try await withServer {
      $0.onRequest = { records.add($0) }
    } handler: { _ in
      Issue.record("a handler was called")
      return HTTPResponse()
    } _: { server in
      for line in ["POST /a HTTP/1.1", "GET /a?b=c HTTP/1.1"] {
        let client = try RawClient(port: server.port)
        let response = try await client.exchange("\(line)\r\nHost: x\r\n\(field)\r\n\r\na")
        #expect(response.status == (field.utf8.count > 30 ? 413 : 400))
        #expect(response.isProblem)
        #expect(response.headers["connection"] == "close")
        #expect(await client.isClosed())
        #expect(await records.next()?.status == response.status)
      }
    }
  }

  @Test("a Content-Length is found only in the header, and only in a field of that name")
  func otherLengths() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      let body = "a\r\nContent-Length: x\r\n\r\n"
      for field in ["X-Content-Length: x", "X: Content-Length: x", "Content-Length-X: x"] {
        let text =
          "POST /a HTTP/1.1\r\nHost: x\r\n\(field)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        #expect(try await client.exchange(text).body == "POST /a \(body)")
      }
    }
  }

  @Test(
    "invalid requests that libmicrohttpd can parse get a problem document",
    arguments: [
      "GET a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n",
      "G<T / HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /?a=% HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: a\u{1}b\r\n\r\n",
    ])
  func problem(text: String) async throws {
    try await withServer { server in
      let response = try await RawClient(port: server.port).exchange(text)
      #expect(response.status == 400)
      #expect(response.isProblem)
    }
  }

  @Test("a target that is not UTF-8 gets 400")
  func invalidBytes() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      await client.send(Array("GET /".utf8) + [0xFF] + Array(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
      #expect(try await client.receive().status == 400)
    }
  }

  @Test("a body with a too large Content-Length gets 413 before it is sent")
  func contentLength() async throws {
    let records = Records()
    try await withServer {
      $0.bodyLimit = 1_000
      $0.onRequest = { records.add($0) }
    } _: { server in
      let client = try RawClient(port: server.port)
      let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: "
      let response = try await client.exchange(head + "1001\r\n\r\n")
      #expect(response.status == 413)
      #expect(response.isProblem)
      #expect(await client.isClosed())
      let record = await records.next()
      #expect(record?.status == 413)
      #expect(record?.method == .post)
      #expect(record?.path == "/a")
      for length in ["99999999999999999999999", "9223372036854775808", "18446744073709551615"] {
        #expect(try await RawClient(port: server.port).exchange(head + "\(length)\r\n\r\n").status == 413)
      }
      let fitting = String(repeating: "x", count: 1_000)
      #expect(try await RawClient(port: server.port).exchange(post("/b", fitting)).status == 200)
    }
  }

  @Test("a client that continues to send a rejected body can read the response")
  func stubborn() async throws {
    try await withServer {
      $0.bodyLimit = 1_000
    } _: { server in
      for _ in 0..<20 {
        let client = try RawClient(port: server.port)
        await client.send(post("/a", String(repeating: "x", count: 3_000_000)))
        #expect(try await client.receive().status == 413)
      }
    }
  }

  @Test("a chunked body that exceeds the limit gets 413 before it ends")
  func chunked() async throws {
    let records = Records()
    try await withServer {
      $0.bodyLimit = 1_000
      $0.onRequest = { records.add($0) }
    } _: { server in
      let client = try RawClient(port: server.port)
      await client.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "64\r\n" + String(repeating: "x", count: 100) + "\r\n"
      await client.send(String(repeating: chunk, count: 11))
      let response = try await client.receive()
      #expect(response.status == 413)
      #expect(response.isProblem)
      #expect(await client.isClosed())
      #expect(await records.next()?.status == 413)
      let other = try RawClient(port: server.port)
      await other.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      #expect(try await other.exchange(String(repeating: chunk, count: 10) + "0\r\n\r\n").status == 200)
    }
  }

  @Test(
    "a too large header gets 431, and a too long request line 414", arguments: [3_000, 100_000, 5_000_000])
  func header(size: Int) async throws {
    let records = Records()
    try await withServer {
      $0.headerLimit = 2_048
      $0.onRequest = { records.add($0) }
    } _: { server in
      let long = String(repeating: "x", count: size)
      let one = try await RawClient(port: server.port).exchange(get("/a", "X: \(long)\r\n"))
      #expect(one.status == 431)
      // The library's memory holds at most this much.
      #expect(one.isProblem == (size <= 8_192))
      let record = await records.next()
      #expect(record?.status == 431)
      #expect(record?.path == "/a")
      let many = String(repeating: "X: y\r\n", count: size / 6)
      #expect(try await RawClient(port: server.port).exchange(get("/a", many)).status == 431)
      let line = try await RawClient(port: server.port).exchange(get("/\(long)"))
      #expect(line.status == (size > 8_192 ? 414 : 431))
      #expect(line.isProblem == (size <= 8_192))
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
    }
  }

  @Test("a query with very many items gets a response and does not affect other requests")
  func manyItems() async throws {
    try await withServer { server in
      for count in [100, 1_000, 4_000, 8_000] {
        let response = try await RawClient(port: server.port)
          .exchange(get("/?" + String(repeating: "a&", count: count)))
        #expect([200, 431].contains(response.status))
      }
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
    }
  }

  @Test(
    "a query with too many items gets 431, even before the header fields have arrived",
    arguments: [1_000, 8_000])
  func endlessItems(count: Int) async throws {
    let records = Records()
    try await withServer {
      $0.onRequest = { records.add($0) }
    } _: { server in
      let client = try RawClient(port: server.port)
      await client.send("GET /a?" + String(repeating: "a&", count: count) + " HTTP/1.1\r\n")
      let response = try await client.receive()
      #expect(response.status == 431)
      #expect(response.isProblem)
      #expect(await client.isClosed())
      let record = await records.next()
      #expect(record?.status == 431)
      #expect(record?.path == "/a")
    }
  }

  @Test("very many cookies or fields get a response and do not affect other requests")
  func manyFields() async throws {
    try await withServer { server in
      for count in [10, 100, 1_000, 2_000, 5_000, 8_000] {
        for fields in [
          "Cookie: " + String(repeating: "a;", count: count) + "\r\n",
          String(repeating: "a:\r\n", count: count / 2),
        ] {
          let response = try await RawClient(port: server.port).exchange(get("/", fields))
          #expect([200, 431].contains(response.status))
        }
      }
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
    }
  }

  @Test("transfer codings other than chunked get 501, other major versions 505")
  func unsupported() async throws {
    try await withServer { server in
      for coding in ["gzip", "gzip, chunked", "xchunked", "chunked "] {
        let client = try RawClient(port: server.port)
        let response = try await client.exchange(
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \(coding)\r\n\r\n0\r\n\r\n")
        #expect(response.status == 501)
        #expect(response.isProblem)
      }
      let client = try RawClient(port: server.port)
      let response = try await client.exchange("GET / HTTP/2.0\r\nHost: x\r\n\r\n")
      #expect(response.status == 505)
    }
  }

  @Test("the program can create the body of the server's own errors")
  func customProblem() async throws {
    try await withServer {
      $0.problem = { status, detail in Array("<\(status) \(detail.isEmpty)>".utf8) }
    } _: { server in
      for (text, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("x\r\n\r\n", 400),
      ] {
        let response = try await RawClient(port: server.port).exchange(text)
        #expect(response.body == "<\(status) false>")
        #expect(response.headers["content-type"] == "application/problem+json")
      }
    }
  }

  @Test("the default problem document is valid JSON, whatever the detail contains")
  func problem() {
    let body = HTTPServer.Options.defaultProblem(status: 404, detail: "a \"b\" \\ \n c")
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"a \"b\" \\ \u000a c"}"#)
  }
}
