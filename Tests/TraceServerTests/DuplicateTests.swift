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

  @Test("of a flagged trace is accepted")
  func flagged() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      _ = try await Self.contribute("Import stops at midnight", to: service, token: token)
      try await service.embed()
      try await service.run("UPDATE traces SET is_flagged = true")
      #expect(try await Self.contribute("Import stops at midnight", to: service, token: token).status == 201)
    }
  }

  @Test("of one of many traces is found by the vector")
  func many() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
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
