import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("A near-duplicate contribution", .serialized)
struct DuplicateTests {
  private static let context =
    "Our import of the product list stops at midnight with a time-out, since the server was moved to another zone."
  private static let solution =
    "Raise the limit of the proxy to five minutes and send the rows in parts of a thousand, each with its own request."

  private static func contribute(
    _ title: String, context: String = context, solution: String = solution, to service: Service,
    token: String
  ) async throws -> Service.Answer {
    try await service.post(
      "/api/v1/traces",
      #"{"title": "\#(title)", "context": "\#(context)", "solution": "\#(solution)", "tags": ["swift"]}"#,
      token: token)
  }

  @Test("is refused with 409 and the path of the existing trace, before and after that has an embedding")
  func refused() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let other = try await service.register("you@example.com")
      try await service.establish(["me@example.com"])
      let created = try await Self.contribute("Import stops at midnight", to: service, token: token)
      let path = try #require(created.response.headers["Location"])
      for isEmbedded in [false, true] {
        if isEmbedded { try await service.embed() }
        for (title, context) in [
          ("Import stops at midnight", Self.context), ("import STOPS at   midnight!", Self.context),
          (
            "The import stops every midnight",
            Self.context + " It is urgent."
          ),
        ] {
          let answer = try await Self.contribute(title, context: context, to: service, token: other)
          #expect(answer.status == 409 && answer.problem == "near-duplicate", "\(title): \(answer.response)")
          #expect(answer.text("existing") == path)
        }
      }
      #expect(try await service.one("SELECT count(*) FROM traces", Int.self) == 1)
    }
  }

  @Test("is one of two that share half of their text, while another answer to the same problem is accepted")
  func other() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      _ = try await Self.contribute("Import stops at midnight", to: service, token: token)
      try await service.embed()
      let answer = try await Self.contribute(
        "Import stops at midnight",
        solution:
          "Rows were sent in one request. Use COPY over a connection that bypasses the proxy, which has no limit.",
        to: service, token: token)
      #expect(answer.status == 201, "\(answer.response)")
    }
  }

  @Test(
    "of a hidden trace is accepted from others and refused from its contributor",
    arguments: ["is_flagged", "is_provisional"], [false, true])
  func hidden(column: String, isEmbedded: Bool) async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let other = try await service.register("you@example.com")
      try await service.establish(["me@example.com"])
      let title = "Import stops at midnight"
      let created = try await Self.contribute(title, to: service, token: token)
      if isEmbedded { try await service.embed() }
      try await service.run("UPDATE traces SET \(unescaped: column) = true")
      let refused = try await Self.contribute(title, to: service, token: token)
      #expect(refused.status == 409 && refused.text("existing") == created.response.headers["Location"])
      #expect(refused.text("detail")?.hasPrefix("your trace 'existing'") == true)
      #expect(try await Self.contribute(title, to: service, token: other).status == 201)
      let edited = try await service.send(
        .put, created.response.headers["Location"] ?? "",
        Array(
          #"{"title": "\#(title)", "context": "\#(Self.context)", "solution": "S", "tags": ["swift"]}"#.utf8),
        token: token)
      #expect(edited.status == 200, "\(edited.response)")
    }
  }

  @Test(
    "is compared as it looks: without invisible characters, and with plain letters, spaces and punctuation")
  func disguised() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      let other = try await service.register("you@example.com")
      try await service.establish(["me@example.com"])
      _ = try await Self.contribute("Import stops at midnight", to: service, token: token)
      func disguises(_ change: (Character) -> String) async throws -> Int {
        try await Self.contribute(
          "Import stops at midnight", context: Self.context.map(change).joined(),
          solution: Self.solution.map(change).joined(), to: service, token: other
        ).status
      }
      let wide: (Character) -> String = { letter in
        guard letter.isLetter, let value = letter.asciiValue else { return String(letter) }
        return Unicode.Scalar(UInt32(value) + 0xFEE0).map { String($0) } ?? ""
      }
      for isEmbedded in [false, true] {
        if isEmbedded { try await service.embed() }
        #expect(try await disguises { $0 == "e" ? "e\u{200B}" : String($0) } == 409)
        #expect(try await disguises { $0 == "o" ? "\u{AD}o" : String($0) } == 409)
        #expect(try await disguises(wide) == 409)
        #expect(try await disguises { $0 == " " ? "\u{2003}" : String($0) } == 409)
        #expect(try await disguises { $0 == " " ? "\u{2028}" : String($0) } == 409)
        #expect(try await disguises { $0 == "e" ? "é" : String($0) } == 409)
      }
    }
  }

  @Test("of one of many traces is found by the vector")
  func many() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      try await service.establish(["me@example.com"])
      _ = try await Self.contribute("Import stops at midnight", to: service, token: token)
      try await service.run(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id)
        SELECT 'zebra ' || n, 'import ' || n, 'midnight ' || n, (SELECT id FROM users) FROM generate_series(1, 200) AS n
        """)
      try await service.embed()
      #expect(try await Self.contribute("Import stops at midnight", to: service, token: token).status == 409)
    }
  }
}
