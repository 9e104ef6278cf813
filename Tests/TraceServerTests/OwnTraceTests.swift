import FoundationEssentials
import Glibc
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("One's own trace", .serialized)
struct OwnTraceTests {
  private static let other =
    #"{"title": "Other", "context": "C2", "solution": "S2", "tags": ["two", "three"], "agent_model": "m"}"#

  @Test("can be replaced, and then is a new trace to everybody else: without votes, validation and embedding")
  func replacing() async throws {
    try await Service.with { service in
      let author = try await service.register("author@example.com")
      let id = try await service.contribute("One", tags: ["one", "two"], token: author)
      try await service.embed()
      let moderator = try await service.register("moderator@example.com")
      try await service.run("UPDATE users SET role = 'moderator' WHERE email = 'moderator@example.com'")
      #expect(try await service.vote(on: id, token: moderator).text("status") == "validated")
      let answer = try await service.send(.put, "/api/v1/traces/\(id)", Array(Self.other.utf8), token: author)
      #expect(answer.status == 200 && answer.text("title") == "Other" && answer.text("id") == id)
      #expect(answer.text("status") == "pending" && answer.number("trust_score") == 0)
      #expect(answer.int("confirmation_count") == 0 && answer["is_searchable"]?.value == .bool(false))
      #expect(try answer["tags"]?.array().map { try $0.string() } == ["three", "two"])
      #expect(try await service.one("SELECT count(*) FROM votes", Int.self) == 0)
      #expect(try await service.get("/api/v1/traces/\(id)").response.body == answer.response.body)
    }
  }

  @Test("can be deleted, with its votes, tags and reports")
  func deleting() async throws {
    try await Service.with { service in
      let author = try await service.register("author@example.com")
      let voter = try await service.register("voter@example.com")
      let id = try await service.contribute("One", token: author)
      _ = try await service.vote(on: id, token: voter)
      _ = try await service.post("/api/v1/traces/\(id)/reports", #"{"reason": "spam"}"#)
      #expect(try await service.send(.delete, "/api/v1/traces/\(id)", [], token: author).status == 204)
      #expect(try await service.get("/api/v1/traces/\(id)").status == 404)
      for table in ["votes", "trace_tags", "trace_reports"] {
        #expect(try await service.one("SELECT count(*) FROM \(unescaped: table)", Int.self) == 0, "\(table)")
      }
      #expect(try await service.send(.delete, "/api/v1/traces/\(id)", [], token: author).status == 404)
    }
  }

  @Test("is the only one that can be replaced or deleted; moderators can delete, but no seeds")
  func foreign() async throws {
    try await Service.with(seeds: true) { service in
      let author = try await service.register("author@example.com")
      let other = try await service.register("other@example.com")
      let moderator = try await service.register("moderator@example.com")
      try await service.run("UPDATE users SET role = 'moderator' WHERE email = 'moderator@example.com'")
      let own = try await service.contribute("One", token: author)
      let seed = try await service.one("SELECT id::text FROM traces WHERE is_seed LIMIT 1", String.self)
      for (id, token) in [(own, other), (seed, other), (seed, moderator)] {
        let replaced = try await service.send(
          .put, "/api/v1/traces/\(id)", Array(Self.other.utf8), token: token)
        #expect(replaced.status == 403 && replaced.problem == "foreign-trace")
        let deleted = try await service.send(.delete, "/api/v1/traces/\(id)", [], token: token)
        #expect(deleted.status == 403 && deleted.problem == "foreign-trace")
      }
      #expect(try await service.send(.put, "/api/v1/traces/\(own)", Array(Self.other.utf8)).status == 401)
      #expect(try await service.send(.delete, "/api/v1/traces/\(own)", [], token: moderator).status == 204)
    }
  }

  @Test("is embedded at once after it was edited, long before the next poll")
  func embedding() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await TraceServerBinary.with(
        url: database.url, variables: ["EMBEDDING_POLL_INTERVAL": "86400"]
      ) { server in
        let token = try await server.register("somebody@example.com")
        let trace = #"{"title": "A teapot", "context": "C", "solution": "S", "tags": ["tea"]}"#
        let id = try #require(try await server.post("/api/v1/traces", trace, token: token)?.text("id"))
        try await server.reach("/api/v1/traces/\(id)", containing: "\"is_searchable\":true")
        let edited = try await server.send(
          "PUT /api/v1/traces/\(id) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + "Authorization: Bearer \(token)\r\nContent-Length: \(Self.other.utf8.count)\r\n\r\n\(Self.other)"
        )
        #expect(edited?.status == 200 && edited?.body.contains("\"is_searchable\":false") == true)
        try await server.reach("/api/v1/traces/\(id)", containing: "\"is_searchable\":true")
      }
    }
  }
}
