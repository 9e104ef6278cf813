import FoundationEssentials
import HTTPServer
import RateLimiter
import Testing

@testable import TraceServer

@Suite("Middleware", .serialized)
struct MiddlewareTests {
  private static func small(_ options: inout TraceServer.Options) throws {
    options.limits = try RateLimitPolicy(readsPerMinute: 10, writesPerMinute: 10)
  }

  @Test("an error of a controller has the headers of the rate limit")
  func headers() async throws {
    try await Service.with(options: Self.small) { service in
      let token = try await service.register("a@example.com")
      let missing = try await service.get("/api/v1/traces/\(UUID().uuidString)", token: token)
      #expect(missing.status == 404)
      #expect(missing.response.headers["RateLimit-Limit"] == "10")
      let invalid = try await service.post("/api/v1/traces/search", "{}", token: token)
      #expect(invalid.status == 422)
      #expect(invalid.response.headers["RateLimit-Limit"] == "10")
      let mistyped = try await service.post("/api/v1/traces", "x", token: token, type: "text/plain")
      #expect(mistyped.status == 415)
      #expect(mistyped.response.headers["RateLimit-Limit"] == "10")
    }
  }

  @Test(
    "an unknown path or method is rejected before authentication and does not count against the limit"
  )
  func order() async throws {
    try await Service.with(options: Self.small) { service in
      for _ in 0..<20 {
        let path = try await service.get("/nothing", token: "ct_invalid")
        #expect(path.status == 404)
        #expect(path.response.headers["RateLimit-Limit"] == nil)
        let method = try await service.send(.delete, "/api/v1/tags", [], token: "ct_invalid")
        #expect(method.status == 405)
        #expect(method.response.headers["Allow"] == "GET, HEAD")
      }
      #expect(try await service.get("/api/v1/tags").response.headers["RateLimit-Remaining"] == "9")
    }
  }

  @Test("an invalid token gets 401 before the body is parsed")
  func unauthorized() async throws {
    try await Service.with(options: Self.small) { service in
      let answer = try await service.post("/api/v1/traces", "no JSON", token: "ct_invalid")
      #expect(answer.status == 401)
      #expect(answer.response.headers["WWW-Authenticate"] != nil)
    }
  }
}
