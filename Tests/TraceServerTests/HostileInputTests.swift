import HTTPServer
import Postgres
import SeedTesting
import Testing
import Threads

@testable import TraceServer

@Suite("Hostile input", .serialized)
struct HostileInputTests {
  private static let good = [
    "/api/v1/auth/register": [("email", #""x@example.com""#)],
    "/api/v1/traces": [
      ("title", #""T""#), ("context", #""C""#), ("solution", #""S""#), ("tags", #"["swift"]"#),
      ("agent_model", #""M""#), ("agent_version", #""1""#),
    ],
    "/api/v1/traces/search": [("q", #""Q""#), ("limit", "3"), ("tags", #"["swift"]"#)],
    "/api/v1/traces/00000000-0000-0000-0000-000000000000/votes": [("vote", #""confirm""#)],
    "/api/v1/traces/00000000-0000-0000-0000-000000000000/reports": [("reason", #""spam""#)],
    "/api/v1/auth/tokens": [("name", #""laptop""#), ("expires_in_days", "90")],
  ]

  private static let values = [
    "null", "true", "0", "-1", "1e9", "1e999", "1.5", "99999999999999999999999999", "[]", "{}", "[[]]",
    #"[null]"#,
    #""""#, #"" ""#, #""\u0000""#, #""a\u0000b""#, #""\ud800""#, #""\udc00\ud800""#,
    #""'; DROP TABLE users; --""#, #""\" OR 1=1""#, #""<script>alert(1)</script>""#, #""$1""#, #""%s%n""#,
    #""../../etc/passwd""#, #""\u202e\u0007""#, #"["a", 1]"#, #"["'; DROP TABLE tags; --"]"#,
    "\"" + String(repeating: "a", count: 60_000) + "\"", #"{"$ne": null}"#,
    "[" + Array(repeating: #""swift""#, count: 21).joined(separator: ",") + "]",
  ]

  @Test(
    "in any field of any route gets 2xx or 4xx, never 5xx, and breaks nothing")
  func fields() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      var refused = 0
      for (path, fields) in Self.good {
        for field in fields.map(\.0) {
          for value in Self.values {
            let body = fields.map { #""\#($0.0)": \#($0.0 == field ? value : $0.1)"# }.joined(separator: ", ")
            let answer = try await service.post(path, "{\(body)}", token: token)
            #expect(answer.status < 500, "\(path) \(field) \(value.prefix(80)): \(answer.response)")
            refused += answer.status >= 400 ? 1 : 0
          }
        }
      }
      #expect(refused > 200)
      #expect(
        try await service.one("SELECT count(*) FROM users WHERE email = 'me@example.com'", Int.self) == 1)
      #expect(service.log.withLock { $0.filter { $0.hasPrefix("failed") } } == [])
    }
  }

  private static let bodies = [
    ("", "application/json", 400), ("{", "application/json", 400), ("{}", "application/json", 422),
    ("[]", "application/json", 422), ("null", "application/json", 422), ("3", "application/json", 422),
    (#"{"q": "x", "q": "y"}"#, "application/json", 400), (#"{"q": "x"} {}"#, "application/json", 400),
    (#"{'q': 'x'}"#, "application/json", 400), (#"{"q": "x", "evil": 1}"#, "application/json", 422),
    (#"{"q": "x"}"#, "text/plain", 415), (#"{"q": "x"}"#, "application/x-www-form-urlencoded", 415),
    (#"{"q": "x"}"#, "", 415), (#"{"q": "x"}"#, "application/json; charset=utf-16", 415),
    (#"{"q": "x"}"#, "application/json; charset=UTF-8", 200),
    (String(repeating: "[", count: 100_000), "application/json", 400),
    (
      #"{"q": "# + String(repeating: "[", count: 50) + String(repeating: "]", count: 50) + "}",
      "application/json", 400
    ),
  ]

  @Test("as a whole body gets 400, 415 or 422")
  func wholeBodies() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for (body, type, status) in Self.bodies {
        let answer = try await service.post(
          "/api/v1/traces/search", body, token: token, type: type.isEmpty ? nil : type)
        #expect(answer.status == status, "\(body.prefix(80)) \(type): \(answer.response)")
        guard status >= 400 else { continue }
        #expect(answer.response.headers["Content-Type"] == "application/problem+json")
        #expect(answer.text("title") != nil && answer.int("status") == status)
      }
    }
  }

  @Test("that is not UTF-8 gets 400")
  func encoding() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for bytes: [UInt8] in [
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0],
      ] {
        let body = Array(#"{"q": ""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(try await service.send(.post, "/api/v1/traces/search", body, token: token).status == 400)
      }
    }
  }

  @Test("gets an error per invalid field that does not quote the value")
  func faults() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let answer = try await service.post(
        "/api/v1/traces", #"{"title": "", "context": 7, "tags": ["ok", "s3cret!"], "secret": "s3cret!"}"#,
        token: token)
      #expect(answer.status == 422 && answer.problem == "invalid-fields")
      let fields = (0..<answer.count("errors")).compactMap { answer.text("errors.\($0).field") }
      #expect(fields == ["title", "context", "solution", "tags[1]", "secret"])
      #expect(!String(decoding: answer.response.body, as: UTF8.self).contains("s3cret"))
    }
  }

  @Test("with tens of thousands of errors gets the first twenty")
  func manyFaults() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let members = (0..<80_000).map { #""f\#($0)": 0"# }.joined(separator: ", ")
      let answer = try await service.post("/api/v1/traces/search", #"{"q": "x", \#(members)}"#, token: token)
      #expect(answer.status == 422 && answer.count("errors") == 20)
      #expect(answer.text("detail") == "more than 20 fields are invalid; the first 20 are listed")
      #expect(answer.response.body.count < 10_000)
    }
  }

  @Test("gets errors that speak of the request, not of files")
  func words() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for body in Self.bodies.map(\.0) + [
        "\u{FEFF}{}", "{\"q\": \"\\u0000\"}", "{\"q\": 1e999}", "[1,]", "{\"a\":1,\"a\":2}",
      ] {
        let answer = try await service.post("/api/v1/traces/search", body, token: token)
        let text = String(decoding: answer.response.body, as: UTF8.self).lowercased()
        for word in ["file", "fixture", "record", "editor", "save"] {
          #expect(!text.contains(word), "\(body.prefix(40)): \(text)")
        }
      }
    }
  }

  @Test("as a limit is rejected below 1 and above 50")
  func limits() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for limit in ["0", "-1", "51", "1000000000", "1e9", "1.5", "\"3\""] {
        let search = try await service.post(
          "/api/v1/traces/search", #"{"q": "x", "limit": \#(limit)}"#, token: token)
        #expect(search.status == 422 && search.text("errors.0.field") == "limit", "\(limit)")
      }
      for limit in ["0", "-1", "1001", "1e2", "x", "", "1&limit=2"] {
        #expect(try await service.get("/api/v1/tags?limit=\(limit)").status == 422, "\(limit)")
      }
    }
  }

  @Test("as a path or a method gets 404, or 405 with the allowed methods")
  func routes() async throws {
    try await Service.with { service in
      for path in [
        "/page", "/index.html", "/api", "/api/v1/traces/", "/api/v1//tags", "/health/", "/%2e%2e/health",
        "/API/v1/tags",
      ] {
        #expect(try await service.get(path).status == 404, "\(path)")
      }
      let wrong = try await service.send("DELETE", "/api/v1/traces/1", [])
      #expect(wrong.status == 401)
      let patch = try await service.send("PATCH", "/api/v1/traces/1", [])
      #expect(patch.status == 405 && patch.response.headers["Allow"] == "DELETE, GET, HEAD, PUT")
      let search = try await service.get("/api/v1/traces/search")
      #expect(search.status == 405 && search.response.headers["Allow"] == "POST")
      let tags = try await service.send(.post, "/api/v1/tags", [])
      #expect(tags.status == 405 && tags.response.headers["Allow"] == "GET, HEAD")
    }
  }
}
