import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("A trace", .serialized)
struct TraceTests {
  @Test("is created pending, without an embedding, with normalized tags, and readable by everybody")
  func creation() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let created = try await service.post(
        "/api/v1/traces",
        """
        {"title": "<b>'; DROP TABLE traces; --</b>", "context": "Ünïcödé \\ud83d\\ude80\\n\\t\\"quoted\\"",
         "solution": "`code`", "tags": ["Rate Limiting", "swift", "SWIFT"], "agent_model": "m", "agent_version": null}
        """, token: token)
      #expect(created.status == 201)
      let id = try #require(created.text("id"))
      #expect(created.response.headers["Location"] == "/api/v1/traces/\(id)")
      let read = try await service.get("/api/v1/traces/\(id)")
      #expect(read.response.body == created.response.body)
      #expect(read.text("title") == "<b>'; DROP TABLE traces; --</b>")
      #expect(read.text("context") == "Ünïcödé 🚀\n\t\"quoted\"")
      #expect(read.text("status") == "pending" && read.text("agent_model") == "m")
      #expect(try read["tags"]?.array().map { try $0.string() } == ["rate-limiting", "swift"])
      #expect(read["is_searchable"]?.value == .bool(false) && read["agent_version"]?.isNull == true)
      #expect(String(decoding: read.response.body, as: UTF8.self).contains(#"\u003cb>"#))
    }
  }

  @Test("is created while others add the same new tag concurrently, and the tag exists once")
  func sameTag() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await service.establish(["me@example.com"])
      for round in 0..<20 {
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 0..<8 {
            group.addTask {
              let trace =
                #"{"title": "T\#(round)-\#(number)", "context": "C", "solution": "S", "tags": ["new-\#(round)"]}"#
              return try await service.post("/api/v1/traces", trace, token: token).status
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 201, count: 8), "round \(round)")
      }
      #expect(try await service.one("SELECT count(*) FROM tags WHERE name LIKE 'new-%'", Int.self) == 20)
    }
  }

  @Test("that does not exist returns 404, whatever its ID")
  func missing() async throws {
    try await Service.with { service in
      for id in ["00000000-0000-0000-0000-000000000000", "1", "%27%20OR%20true", "..", "%F0%9F%9A%80"] {
        let answer = try await service.get("/api/v1/traces/\(id)")
        #expect(answer.status == 404, "\(id)")
      }
    }
  }

  @Test("is validated by the configured number of confirmations, and concurrent votes are counted exactly")
  func votes() async throws {
    try await Service.with(options: { $0.validationThreshold = 5 }) { service in
      let author = try await service.register("author@example.com")
      let id = try await service.contribute("One", token: author)
      var voters: [String] = []
      for number in 0..<20 { voters.append(try await service.register("v\(number)@example.com")) }
      try await service.establish((0..<20).map { "v\($0)@example.com" })
      for (index, token) in voters[..<4].enumerated() {
        let answer = try await service.vote(on: id, token: token, from: "10.0.0.\(index)")
        #expect(answer.status == 201 && answer.text("status") == "pending")
        #expect(answer.int("confirmation_count") == index + 1)
      }
      // The other votes concurrently, each twice: ten confirm, six dispute.
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for (index, token) in voters[4...].enumerated() {
          for _ in 0..<2 {
            group.addTask {
              let vote = index < 10 ? "confirm" : "dispute"
              return try await service.vote(vote, on: id, token: token, from: "10.0.1.\(index)").status
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.count { $0 == 201 } == 16 && statuses.count { $0 == 409 } == 16)
      let after = try await service.get("/api/v1/traces/\(id)")
      #expect(after.int("confirmation_count") == 14 && after.number("trust_score") == 8)
      #expect(after.text("status") == "validated")
      #expect(try await service.one("SELECT count(*) FROM votes", Int.self) == 20)
    }
  }

  @Test("cannot be confirmed by its author or anonymously, and disputes never validate it")
  func refusedVotes() async throws {
    try await Service.with(options: { $0.validationThreshold = 1 }) { service in
      let author = try await service.register("author@example.com")
      let voter = try await service.register("voter@example.com")
      try await service.establish(["voter@example.com"])
      let id = try await service.contribute("One", token: author)
      let path = "/api/v1/traces/\(id)/votes"
      let own = try await service.post(path, #"{"vote": "confirm"}"#, token: author)
      #expect(own.status == 403 && own.problem == "own-trace")
      #expect(try await service.post(path, #"{"vote": "confirm"}"#).status == 401)
      let dispute = try await service.vote("dispute", on: id, token: voter, from: "10.0.0.1")
      #expect(dispute.text("status") == "pending" && dispute.number("trust_score") == -1)
      let second = try await service.post(path, #"{"vote": "confirm"}"#, token: voter)
      #expect(second.status == 409 && second.problem == "voted-before")
      let nothing = try await service.post(
        "/api/v1/traces/00000000-0000-0000-0000-000000000000/votes", #"{"vote": "confirm"}"#, token: voter)
      #expect(nothing.status == 404 && nothing.problem == "no-trace")
      #expect(try await service.one("SELECT confirmation_count FROM traces", Int.self) == 0)
    }
  }
}
