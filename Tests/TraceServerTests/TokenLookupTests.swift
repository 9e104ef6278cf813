import HTTPServer
import Postgres
import RateLimiter
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("Tokens", .serialized)
struct TokenLookupTests {
  private static func small(_ options: inout TraceServer.Options) throws {
    options.limits = try RateLimitPolicy(readsPerMinute: 10, writesPerMinute: 10)
  }

  @Test("that are invalid cost one query, then none for ten seconds")
  func negative() async throws {
    try await Service.with { service in
      let known = KnownTokens()
      let digest = APIToken().digest
      #expect(known[digest] == .unknown)
      known.rememberInvalid(digest)
      #expect(known[digest] == .invalid)
      // While the table is locked, a query for a token would wait.
      let token = APIToken().value
      #expect(try await service.get("/api/v1/tags", token: token).status == 401)
      try await service.database.withConnection { connection in
        try await connection.query("BEGIN")
        try await connection.query("LOCK TABLE api_tokens IN ACCESS EXCLUSIVE MODE")
        for _ in 0..<5 { #expect(try await service.get("/api/v1/tags", token: token).status == 401) }
        try await connection.query("ROLLBACK")
      }
    }
  }

  @Test("from an address that has used up its limit with invalid ones are denied without a query")
  func limited() async throws {
    try await Service.with(options: Self.small) { service in
      let member = try await service.register("member@example.com", from: "10.0.0.9")
      #expect(try await service.get("/api/v1/tags", token: member, from: "10.0.0.1").status == 200)
      var answer = try await service.get("/api/v1/tags", token: APIToken().value, from: "10.0.0.1")
      while answer.status == 401 {
        answer = try await service.get("/api/v1/tags", token: APIToken().value, from: "10.0.0.1")
      }
      #expect(answer.status == 429)
      try await service.database.withConnection { connection in
        try await connection.query("BEGIN")
        try await connection.query("LOCK TABLE api_tokens IN ACCESS EXCLUSIVE MODE")
        let denied = try await service.get("/api/v1/tags", token: APIToken().value, from: "10.0.0.1")
        #expect(denied.status == 429)
        // A member who shares the address is known.
        #expect(try await service.get("/api/v1/tags", token: member, from: "10.0.0.1").status == 200)
        try await connection.query("ROLLBACK")
      }
    }
  }
}
