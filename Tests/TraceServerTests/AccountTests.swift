import HTTPServer
import Postgres
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("An account", .serialized)
struct AccountTests {
  @Test("has a token of 256 bits, of which only the SHA-256 is stored")
  func registration() async throws {
    try await Service.with { service in
      let answer = try await service.post(
        "/api/v1/auth/register", #"{"email": "Me@Example.com", "display_name": "Me"}"#)
      #expect(answer.status == 201)
      let token = try #require(answer.text("token"))
      #expect(token.wholeMatch(of: /ct_[0-9a-f]{64}/) != nil)
      let stored = try await service.one(
        """
        SELECT email || ' ' || display_name || ' ' || count(*) OVER () FROM users
        JOIN api_tokens ON user_id = users.id WHERE token_hash = sha256(\(token)::bytea)
        """, String.self)
      #expect(stored == "me@example.com Me 1")
      let everything = try await service.one(
        "SELECT string_agg(t::text, '') FROM api_tokens AS t", String.self)
      #expect(!everything.contains(token.dropFirst(3)))
    }
  }

  @Test("cannot be taken over: registering its address again returns no token and changes nothing")
  func takeover() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await service.run(
        "INSERT INTO users (email, display_name, is_seed) VALUES ('seeds@commontrace.internal', 'Seeds', true)"
      )
      let before = try await service.one(
        "SELECT string_agg(u::text, '' ORDER BY id) FROM users AS u", String.self)
      for email in [
        "me@example.com", "ME@EXAMPLE.COM", "seeds@commontrace.internal", "Seeds@CommonTrace.internal",
      ] {
        let again = try await service.post(
          "/api/v1/auth/register", #"{"email": "\#(email)", "display_name": "Evil"}"#)
        #expect(again.status == 409 && again.problem == "address-taken")
        #expect(again.text("token") == nil)
      }
      #expect(
        try await service.one("SELECT string_agg(u::text, '' ORDER BY id) FROM users AS u", String.self)
          == before)
      #expect(try await service.one("SELECT count(*) FROM api_tokens", Int.self) == 1)
      #expect(try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token).status == 200)
    }
  }

  @Test(
    "cannot have the name of a seed or a name that changes the text around it, and is shown with a part of its ID"
  )
  func names() async throws {
    try await Service.with { service in
      try await service.run(
        "INSERT INTO users (email, display_name, is_seed) VALUES ('s@example.org', 'CommonTrace Seeds', true)"
      )
      func register(_ name: String, _ email: String = "a@example.com") async throws -> Service.Answer {
        try await service.post(
          "/api/v1/auth/register", #"{"email": "\#(email)", "display_name": "\#(name)"}"#)
      }
      for name in ["commontrace seeds", "Соmmоntrасе Ѕееds", "a\\u202eb", "\\u200b", " "] {
        let answer = try await register(name)
        #expect(answer.status == 422 && answer.text("errors.0.field") == "display_name", "\(name)")
      }
      var shown: Set<String> = []
      for email in ["a@example.com", "b@example.com"] {
        let answer = try await register("Ada", email)
        let id = try #require(answer.text("user_id"))
        let trace = try await service.contribute("From \(email)", token: try #require(answer.text("token")))
        let read = try await service.get("/api/v1/traces/\(trace)")
        #expect(read.text("contributor") == "Ada (\(id.prefix(8)))" && read.text("contributor_id") == id)
        shown.insert(read.text("contributor") ?? "")
      }
      #expect(shown.count == 2)
    }
  }

  @Test("cannot log in after a seeder has taken over its address")
  func seedLater() async throws {
    try await Service.with { service in
      let token = try await service.register("seeds@commontrace.internal")
      try await service.run("UPDATE users SET is_seed = true")
      let answer = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)
      #expect(answer.status == 401)
    }
  }

  @Test("exists once after twenty concurrent registrations")
  func race() async throws {
    try await Service.with { service in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await service.post("/api/v1/auth/register", #"{"email": "me@example.com"}"#).status
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 19))
    }
  }

  @Test("is identified by a token that nobody else has")
  func tokens() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let other = APIToken().value
      let body = Array(#"{"q": "x"}"#.utf8)
      let path = "/api/v1/traces/search"
      let headers: [HTTPHeaders] = [
        [:], ["Authorization": ""], ["Authorization": "Bearer"], ["Authorization": "Bearer "],
        ["Authorization": "Bearer \(other)"], ["Authorization": "Bearer \(token)0"],
        ["Authorization": "Bearer \(token.dropLast())"], ["Authorization": "Bearer \(token.uppercased())"],
        ["Authorization": "Basic \(token)"], ["Authorization": token],
        ["Authorization": "Bearer ' OR true --"], ["Authorization": "Bearer \(token) \(token)"],
        HTTPHeaders([
          .init(name: "Authorization", value: "Bearer \(other)"),
          .init(name: "Authorization", value: "Bearer \(token)"),
        ]),
      ]
      for headers in headers {
        let answer = try await service.send(.post, path, body, headers: headers)
        #expect(answer.status == 401 && answer.problem == "unauthorized", "\(headers)")
        #expect(answer.response.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
      }
      #expect(
        try await service.send(.post, path, body, headers: ["Authorization": "bearer \(token)"]).status == 200
      )
      // An invalid token is rejected even on routes that do not require one.
      #expect(try await service.get("/api/v1/tags", token: other).status == 401)
      #expect(try await service.get("/api/v1/tags").status == 200)
    }
  }
}
