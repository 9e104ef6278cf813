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
}
