import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("A server on a database of another environment", .serialized)
struct OtherEnvironmentTests {
  @Test("reads, but writes nothing, and its readiness says why")
  func requests() async throws {
    try await Service.with(seeds: true) { service in
      let token = try await service.register("me@example.com")
      let id = try await service.contribute("One", token: token)
      try await service.run("UPDATE seed_runner.environment SET name = 'production'")
      try await service.run("UPDATE api_tokens SET last_used_at = NULL")
      for (path, body) in [
        ("/api/v1/auth/register", #"{"email": "other@example.com"}"#),
        ("/api/v1/traces", #"{"title": "T", "context": "C", "solution": "S", "tags": ["t"]}"#),
        ("/api/v1/traces/\(id)/votes", #"{"vote": "confirm"}"#),
      ] {
        let answer = try await service.post(path, body, token: token)
        #expect(answer.status == 503 && answer.problem == "other-environment", "\(path)")
        #expect(answer.text("detail")?.contains("'production'") == true)
      }
      #expect(try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token).status == 200)
      #expect(try await service.get("/api/v1/traces/\(id)").status == 200)
      let ready = try await service.get("/health/ready")
      #expect(ready.status == 503 && ready.text("database") == "other-environment")
      #expect(ready.text("status") == "unavailable")
      let (accounts, traces, used) = try await service.database.withConnection { connection in
        try await connection.queryOne(
          """
          SELECT (SELECT count(*) FROM api_tokens), (SELECT count(*) FROM traces WHERE NOT is_seed),
            (SELECT count(last_used_at) FROM api_tokens)
          """
        ).decode(Int.self, Int.self, Int.self)
      }
      #expect(accounts == 1 && traces == 1 && used == 0)
      // As soon as the database is the server's, it is written to.
      try await service.run("UPDATE seed_runner.environment SET name = 'test'")
      #expect(try await service.get("/health/ready").status == 200)
      _ = try await service.contribute("Two", token: token)
    }
  }
}
