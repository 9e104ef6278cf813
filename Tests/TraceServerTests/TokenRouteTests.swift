import FoundationEssentials
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("The tokens of an account", .serialized)
struct TokenRouteTests {
  private static let path = "/api/v1/auth/tokens"

  private func isValid(_ token: String, _ service: Service) async throws -> Bool {
    try await service.get("/api/v1/tags", token: token).status == 200
  }

  @Test("can be several, are listed without their values, and are revoked one by one")
  func several() async throws {
    try await Service.with { service in
      let first = try await service.register("me@example.com")
      let created = try await service.post(
        Self.path, #"{"name": "laptop", "expires_in_days": 90}"#, token: first)
      let second = try #require(created.text("token"))
      let id = try #require(created.text("id"))
      #expect(created.status == 201 && created.text("expires_at") != nil)
      #expect(try await isValid(first, service))
      #expect(try await isValid(second, service))
      let list = try await service.get(Self.path, token: second)
      #expect(list.count("tokens") == 2 && list.text("tokens.1.name") == "laptop")
      let user = try await service.one("SELECT id::text FROM users", String.self)
      #expect(list.text("user_id") == user)
      #expect(
        list["tokens.1.is_current"]?.value == .bool(true)
          && list["tokens.0.is_current"]?.value == .bool(false))
      let text = String(decoding: list.response.body, as: UTF8.self)
      #expect(!text.contains(second.dropFirst(3)) && !text.contains(first.dropFirst(3)))
      #expect(try await service.send(.delete, "\(Self.path)/\(id)", [], token: first).status == 204)
      #expect(try await !isValid(second, service))
      #expect(try await isValid(first, service))
      #expect(try await service.send(.delete, "\(Self.path)/\(id)", [], token: first).problem == "no-token")
    }
  }

  @Test("are rotated: the new one is valid, and the old one is not from that moment on")
  func rotation() async throws {
    try await Service.with { service in
      let old = try await service.register("me@example.com")
      let answer = try await service.post("\(Self.path)/rotate", "{}", token: old)
      let new = try #require(answer.text("token"))
      #expect(try await !isValid(old, service))
      #expect(try await isValid(new, service))
      #expect(try await service.one("SELECT count(*) FROM api_tokens", Int.self) == 1)
    }
  }

  @Test("expire")
  func expiry() async throws {
    try await Service.with { service in
      let first = try await service.register("me@example.com")
      let answer = try await service.post(Self.path, #"{"expires_in_days": 1}"#, token: first)
      let token = try #require(answer.text("token"))
      try await service.run(
        "UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE expires_at > now()")
      #expect(try await !isValid(token, service))
      #expect(try await service.get(Self.path, token: first).count("tokens") == 1)
    }
  }

  @Test("are limited in number, and belong to one user only")
  func limits() async throws {
    try await Service.with { service in
      let mine = try await service.register("me@example.com")
      let other = try await service.register("other@example.com")
      for _ in 1..<StoredToken.most {
        #expect(try await service.post(Self.path, "{}", token: mine).status == 201)
      }
      let refused = try await service.post(Self.path, "{}", token: mine)
      #expect(refused.status == 409 && refused.problem == "too-many-tokens")
      // Rotation replaces one.
      #expect(try await service.post("\(Self.path)/rotate", "{}", token: mine).status == 201)
      let id = try #require(try await service.get(Self.path, token: other).text("tokens.0.id"))
      let foreign = try await service.register("third@example.com")
      for path in [id, "%25", "x", String(repeating: "0", count: 32)] {
        #expect(
          try await service.send(.delete, "\(Self.path)/\(path)", [], token: foreign).status == 404, "\(path)"
        )
      }
      #expect(try await isValid(other, service))
    }
  }

  @Test("that were revoked through another server write nothing, although this server still knows them")
  func revokedElsewhere() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      #expect(try await isValid(token, service))
      try await service.run("DELETE FROM api_tokens")
      let trace = #"{"title": "T", "context": "C", "solution": "S", "tags": ["t"]}"#
      #expect(try await service.post("/api/v1/traces", trace, token: token).status == 401)
      #expect(try await service.one("SELECT count(*) FROM traces", Int.self) == 0)
    }
  }

  @Test("that are revoked while a request is handled add and revoke no others")
  func revokedMeanwhile() async throws {
    try await Service.with { service in
      let own = try #require(APIToken(try await service.register("me@example.com")))
      let user = try await service.one("SELECT id FROM users", UUID.self)
      let changes = try await service.database.withConnection { connection in
        try await connection.query(
          "INSERT INTO api_tokens (token_hash, user_id, expires_at) SELECT sha256('x'), id, 'infinity' FROM users"
        )
        try await connection.query("UPDATE api_tokens SET expires_at = now() WHERE token_hash <> sha256('x')")
        return [
          try await StoredToken.add(
            APIToken(), by: own, of: user, name: nil, expiresAt: nil, replaces: false, on: connection),
          try await StoredToken.add(
            APIToken(), by: own, of: user, name: nil, expiresAt: nil, replaces: true, on: connection),
          try await StoredToken.revoke("2d711642", by: own, of: user, on: connection),
        ]
      }
      #expect(changes == [.unauthorized, .unauthorized, .unauthorized])
      #expect(
        try await service.one("SELECT count(*) FROM api_tokens WHERE token_hash = sha256('x')", Int.self) == 1
      )
      #expect(try await service.one("SELECT count(*) FROM api_tokens", Int.self) == 1)
    }
  }

  @Test("are rotated once by concurrent requests, and their number is limited exactly")
  func concurrentChanges() async throws {
    try await Service.with { service in
      func statuses(_ path: String, _ count: Int, _ token: String) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<count { group.addTask { try await service.post(path, "{}", token: token).status } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
      }
      let token = try await service.register("me@example.com")
      let added = try await statuses(Self.path, StoredToken.most + 4, token)
      #expect(added.count { $0 == 201 } == StoredToken.most - 1)
      let rotated = try await statuses("\(Self.path)/rotate", 8, token)
      #expect(rotated.count { $0 == 201 } == 1 && rotated.count { $0 == 401 } == 7)
      #expect(try await service.one("SELECT count(*) FROM api_tokens", Int.self) == StoredToken.most)
    }
  }
}
