import FoundationEssentials
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("Moderation", .serialized)
struct ModerationTests {
  private static let search = "/api/v1/traces/search"

  private func moderator(_ service: Service) async throws -> String {
    let token = try await service.register("moderator@example.com")
    try await service.run("UPDATE users SET role = 'moderator' WHERE email = 'moderator@example.com'")
    return token
  }

  private func found(_ service: Service, _ token: String) async throws -> Int {
    try await service.post(Self.search, #"{"q": "teapot"}"#, token: token).count("results")
  }

  @Test(
    "anybody can report a trace, once each, and moderators see the reports and flag and restore the trace")
  func reports() async throws {
    try await Service.with { service in
      let author = try await service.register("author@example.com")
      let id = try await service.contribute("A teapot", token: author)
      try await service.embed()
      let moderator = try await moderator(service)
      let path = "/api/v1/traces/\(id)"
      for (reason, token, address) in [
        ("first", author, "10.0.0.1"), ("again", author, "10.0.0.2"), ("anonymous", nil, "10.0.0.1"),
        ("anonymous again", nil, "10.0.0.1"), ("spam", nil, "10.0.0.9"),
      ] {
        let answer = try await service.post(
          "\(path)/reports", #"{"reason": "\#(reason)"}"#, token: token, from: address)
        #expect(answer.status == 201)
      }
      let list = try await service.get("/api/v1/reports", token: moderator)
      #expect(list.count("reports") == 1 && list.text("reports.0.trace_id") == id)
      #expect(list.int("reports.0.report_count") == 3 && list.text("reports.0.latest_reason") == "spam")
      #expect(try await found(service, author) == 1)
      #expect(try await service.send(.put, "\(path)/flag", [], token: moderator).status == 204)
      #expect(try await found(service, author) == 0)
      #expect(try await service.get("/api/v1/reports", token: moderator).count("reports") == 0)
      #expect(try await service.get(path)["is_flagged"]?.value == .bool(true))
      #expect(try await service.send(.delete, "\(path)/flag", [], token: moderator).status == 204)
      #expect(try await found(service, author) == 1)
    }
  }

  @Test("is denied to everybody else")
  func denied() async throws {
    try await Service.with { service in
      let token = try await service.register("member@example.com")
      try await service.establish(["member@example.com"])
      let user = UUID().uuidString.lowercased()
      for route in Router.routes {
        guard case .moderators = route.access else { continue }
        let path = route.pattern.replacing("{id}", with: user)
        #expect(try await service.send(route.method, path, []).status == 401, "\(path)")
        let answer = try await service.send(route.method, path, [], token: token)
        #expect(answer.status == 403 && answer.problem == "not-moderator", "\(path)")
      }
    }
  }

  @Test(
    "bans a user: tokens are invalid at once and traces are flagged; moderators and seeds cannot be banned")
  func bans() async throws {
    try await Service.with { service in
      let spammer = try await service.register("spammer@example.com")
      _ = try await service.contribute("A teapot", token: spammer)
      try await service.embed()
      #expect(try await found(service, spammer) == 1)
      let moderator = try await moderator(service)
      try await service.run(
        "INSERT INTO users (email, display_name, is_seed) VALUES ('seeds@commontrace.internal', 'Seeds', true)"
      )
      func user(_ email: String) async throws -> String {
        try await service.one("SELECT id::text FROM users WHERE email = \(email)", String.self)
      }
      let path = "/api/v1/users/\(try await user("spammer@example.com"))/ban"
      #expect(try await service.send(.put, path, [], token: moderator).status == 204)
      #expect(try await service.get("/api/v1/tags", token: spammer).status == 401)
      #expect(try await service.one("SELECT bool_and(is_flagged) FROM traces", Bool.self))
      #expect(try await service.send(.delete, path, [], token: moderator).status == 204)
      // The negative answer is cached for ten seconds at most.
      try await eventually { try await service.get("/api/v1/tags", token: spammer).status == 200 }
      for email in ["moderator@example.com", "seeds@commontrace.internal"] {
        let answer = try await service.send(
          .put, "/api/v1/users/\(try await user(email))/ban", [], token: moderator)
        #expect(answer.status == 404 && answer.problem == "no-user", "\(email)")
      }
    }
  }

  private func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(50)) }
  }

  @Test("leaves no trace of a banned user that others find, even if it is contributed at the same time")
  func contributionDuringBan() async throws {
    try await Service.with { service in
      let spammer = try await service.register("spammer@example.com")
      try await service.establish(["spammer@example.com"])
      let user = try await service.one("SELECT id FROM users", UUID.self)
      let draft = StoredTrace.Draft(
        title: "T", context: "C", solution: "S", tags: [], agentModel: nil, agentVersion: nil)
      let ban = try await PostgresConnection.connect(service.database.configuration)
      try await ban.query("BEGIN")
      try await ban.query("UPDATE users SET banned_at = now()")
      // The ban is not committed yet, so the token is valid, and the insert waits.
      #expect(try await service.get("/api/v1/tags", token: spammer).status == 200)
      async let insertion = service.database.withConnection { connection in
        try await StoredTrace.insert(draft, contributor: user, on: connection)
      }
      try await eventually {
        try await service.one("SELECT count(*) FROM pg_locks WHERE NOT granted", Int.self) > 0
      }
      try await ban.query("COMMIT")
      await ban.close()
      #expect(try await insertion == .banned)
      #expect(try await service.one("SELECT count(*) FROM traces", Int.self) == 0)
    }
  }

  @Test("establishes users, so that their votes count")
  func establishing() async throws {
    try await Service.with { service in
      let author = try await service.register("author@example.com")
      let id = try await service.contribute("One", token: author)
      let voter = try await service.register("voter@example.com")
      try await service.run("UPDATE users SET created_at = now() - interval '2 days'")
      let moderator = try await moderator(service)
      let user = try await service.one(
        "SELECT id::text FROM users WHERE email = 'voter@example.com'", String.self)
      let path = "/api/v1/users/\(user)/established"
      #expect(try await service.send(.put, path, [], token: moderator).status == 204)
      #expect(try await service.vote(on: id, token: voter, from: "10.0.0.1").int("weight") == 1)
      #expect(try await service.send(.delete, path, [], token: moderator).status == 204)
      let second = try await service.contribute("Two", token: author)
      #expect(try await service.vote(on: second, token: voter, from: "10.0.0.1").int("weight") == 0)
    }
  }

  @Test("of a trace that does not exist gets 404")
  func missing() async throws {
    try await Service.with { service in
      let moderator = try await moderator(service)
      let path = "/api/v1/traces/00000000-0000-0000-0000-000000000000"
      #expect(try await service.post("\(path)/reports", #"{"reason": "spam"}"#).status == 404)
      #expect(try await service.send(.put, "\(path)/flag", [], token: moderator).status == 404)
      #expect(try await service.send(.delete, path, [], token: moderator).status == 404)
      #expect(try await service.send(.put, "/api/v1/users/1/ban", [], token: moderator).status == 404)
    }
  }
}
