import HTTPServer
import Testing

@Suite("A chunked body")
struct ChunkedBodyTests {
  private static let head = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

  @Test(
    "is read whatever its chunks, extensions and trailers",
    arguments: [
      ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("5\r\nhello\r\n000\r\n\r\n", "hello"),
      ("1\r\na\r\n2;x\r\nbc\r\n03;y=\"z;z\"\r\ndef\r\n0;z\r\n\r\n", "abcdef"),
      ("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
      ("4\r\n\r\n\r\n\r\n0\r\nX: y\r\nZ:\r\n\r\n", "\r\n\r\n"), ("2\r\n\na\r\n0\r\n\r\n", "\na"),
    ])
  func valid(chunks: String, body: String) async throws {
    try await withServer { server in
      let whole = try await RawClient(port: server.port).exchange(Self.head + chunks)
      #expect(whole.status == 200 && whole.body == "POST /a \(body)")
      // Every split between two packets.
      let client = try RawClient(port: server.port)
      for byte in (Self.head + chunks).utf8 { await client.send([byte]) }
      #expect(try await client.receive().body == "POST /a \(body)")
    }
  }

  @Test(
    "gets 400 if its framing is not exact, so that no proxy sees another end of it",
    arguments: [
      // A bare LF, after each kind of line.
      "5\nhello\r\n0\r\n\r\n", "5;x\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n",
      "5\r\nhello\r\n0\r\n\n", "5\r\nhello\r\n0\r\nX: y\n\r\n", "5\r\nhello\r\n0;x\n\r\n",
      // Inside of an extension: the second request is hidden from a proxy that requires CR LF.
      "2;\nxx\r\n4c\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n",
      // Bare CR, spaces, signs and prefixes.
      "5\rhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n",
      " 5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
      "0x5\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n", ";x\r\nhello\r\n0\r\n\r\n",
      "5,x\r\nhello\r\n0\r\n\r\n", "5;\0\r\nhello\r\n0\r\n\r\n",
      // The wrong size, and trailers that are no fields.
      "4\r\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
      "0\r\nno field\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\n X: y\r\n\r\n",
    ])
  func malformed(chunks: String) async throws {
    try await withServer { _ in
    } handler: { _ in
      Issue.record("a handler was called")
      return HTTPResponse()
    } _: { server in
      let whole = try RawClient(port: server.port)
      #expect(try await whole.exchange(Self.head + chunks).status == 400)
      #expect(await whole.isClosed())
      let split = try RawClient(port: server.port)
      for byte in (Self.head + chunks).utf8 { await split.send([byte]) }
      #expect(try await split.receive().status == 400)
    }
  }

  @Test("gets 413 if a chunk is too large, whatever its number of digits")
  func size() async throws {
    try await withServer {
      $0.bodyLimit = 1_000
    } _: { server in
      for size in ["3e9", "FFFFFFFFFFFFFFFF", "10000000000000000", "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"] {
        let response = try await RawClient(port: server.port).exchange(Self.head + "\(size)\r\n")
        #expect(response.status == 413, "\(size)")
      }
      let zeros = String(repeating: "0", count: 40)
      let chunks = "\(zeros)1\r\na\r\n0\r\n\r\n"
      #expect(try await RawClient(port: server.port).exchange(Self.head + chunks).status == 200)
    }
  }

  @Test("gets 400 if its extensions or trailers are larger than a header may be")
  func extensions() async throws {
    try await withServer { server in
      let long = String(repeating: "x", count: 100_000)
      for chunks in [
        "5;\(long)\r\nhello\r\n0\r\n\r\n", "5;\(long)", "0\r\nX: \(long)\r\n\r\n",
        String(repeating: "1;\(long.prefix(1_000))\r\na\r\n", count: 30) + "0\r\n\r\n",
      ] {
        let client = try RawClient(port: server.port)
        #expect(try await client.exchange(Self.head + chunks).status == 400, "\(chunks.count)")
      }
    }
  }

  @Test("may follow other requests on a connection, and may be announced with Expect")
  func earlierRequests() async throws {
    try await withServer { server in
      let client = try RawClient(port: server.port)
      await client.send(get("/1") + post("/2", "two") + Self.head + "5\r\nhello\r\n")
      #expect(try await client.receive().body == "GET /1 ")
      #expect(try await client.receive().body == "POST /2 two")
      #expect(try await client.exchange("0\r\n\r\n").body == "POST /a hello")

      let other = try RawClient(port: server.port)
      let head = Self.head.replacing("Host", with: "Expect: 100-continue\r\nHost")
      #expect(try await other.exchange(head).status == 100)
      #expect(try await other.exchange("5\r\nhello\r\n0\r\n\r\n").body == "POST /a hello")
    }
  }

  @Test(
    "is the same wherever its bytes are split, also with zeros or blank lines before it",
    arguments: ["", "\r\n", "\n", String(repeating: "\r\n", count: 1_500)], [[0], [97, 0], [0, 0, 0, 97]])
  func zeros(blank: String, data: [UInt8]) async throws {
    try await withServer { server in
      let text = String(decoding: data, as: UTF8.self)
      let client = try RawClient(port: server.port)
      #expect(try await client.exchange(blank + get("/")).status == 200)
      await client.send(blank + Self.head + "\(data.count)\r\n\(text)")
      await client.send("\r\n0\r\n\r\n")
      #expect(try await client.receive().body == "POST /a \(text)")
    }
  }

  @Test("after a page of blank lines gets 411, or its bytes and no others")
  func pageOfBlankLines() async throws {
    try await withServer { server in
      let data = String(repeating: "x", count: 12_000)
      for size in [4_096, 8_192, 16_384, 32_768] {
        let client = try RawClient(port: server.port)
        let blank = String(repeating: "\n", count: size)
        let response = try await client.exchange(
          blank + Self.head + "\(String(data.count, radix: 16))\r\n\(data)\r\n0\r\n\r\n")
        #expect(response.status == 411 || response.body == "POST /a \(data)", "\(size)")
      }
    }
  }

  @Test("never makes bytes after it a request")
  func noRequestAfter() async throws {
    let calls = Counter()
    try await withServer { _ in
    } handler: { request in
      calls.add()
      return await echo(request)
    } _: { server in
      let client = try RawClient(port: server.port)
      await client.send(Self.head + "5\r\nhello\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n")
      let response = try await client.receive()
      #expect(response.status == 200)
      if response.headers["connection"] == "close" {
        #expect(await client.isClosed())
        #expect(calls.count == 1)
      }
    }
  }

  @Test("that never ends is cut at the deadline, and frees its place")
  func deadline() async throws {
    let records = Records()
    try await withServer {
      $0.requestDeadline = .milliseconds(200)
      $0.onRequest = { records.add($0) }
    } _: { server in
      for _ in 0..<3 {
        let client = try RawClient(port: server.port)
        await client.send(Self.head + "5\r\nhe")
        #expect(try await client.receive().status == 408)
        #expect(await client.isClosed())
        #expect(await records.next()?.status == 408)
      }
    }
  }

  @Test("does not keep a server from stopping")
  func stop() async throws {
    var client: RawClient?
    try await withServer(grace: .zero) { server in
      client = try RawClient(port: server.port)
      await client?.send(Self.head + "5\r\nhe")
      // The second connection is accepted after the first one.
      #expect(try await RawClient(port: server.port).exchange(get("/")).status == 200)
    }
    await client?.receiveRest()
  }
}
