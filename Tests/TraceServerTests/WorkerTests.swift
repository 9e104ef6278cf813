import Embeddings
import FoundationEssentials
import Glibc
import HTTPServer
import Postgres
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("The embedding worker in trace-server")
struct WorkerTests {
  private static let trace =
    #"{"title": "A teapot boils over", "context": "C", "solution": "S", "tags": ["tea"]}"#

  @Test("makes a contributed trace searchable, and reports it in the metrics")
  func contributed() async throws {
    try await TemporaryDatabase.with { database in
      let end = try await TraceServerBinary.with(
        url: database.url, variables: ["EMBEDDING_POLL_INTERVAL": "86400"]
      ) { server in
        let token = try await server.register("somebody@example.com")
        let created = try await server.post("/api/v1/traces", Self.trace, token: token)
        let id = try #require(created?.text("id"))
        var body = ""
        while !body.contains("\"is_searchable\":true") {
          body = try await server.get("/api/v1/traces/\(id)")?.body ?? ""
          try await Task.sleep(for: .milliseconds(10))
        }
        let found = try await server.post("/api/v1/traces/search", #"{"q": "teapot"}"#, token: token)
        #expect(found?.text("id") == id, "\(String(describing: found))")
        // The worker updates its record within a second or so, and metrics may be some seconds old.
        var page = ""
        while !page.contains("commontrace_embedding_traces_total{outcome=\"embedded\"} 1\n") {
          page = try await server.get("/metrics")?.body ?? ""
          try await Task.sleep(for: .milliseconds(50))
        }
        for line in [
          "commontrace_embedding_backlog 0", "commontrace_embedding_jobs{state=\"given_up\"} 0",
          "commontrace_embedding_workers{state=\"working\"} 1",
          "commontrace_embedding_failures_total{of=\"provider\"} 0", "commontrace_embedding_rate ",
        ] { #expect(page.contains("\n\(line)"), "\(page)") }
      }
      #expect(
        end.exitCode == 128 + SIGTERM && end.errors.contains("embedding worker stopped"), "\(end.errors)")
    }
  }

  @Test("can be turned off, and the backlog is still reported")
  func off() async throws {
    try await Service.with(options: { $0.worker = nil }) { service in
      let token = try await service.register("a@example.com")
      _ = try await service.contribute("one", token: token)
      let page = String(decoding: try await service.get("/metrics").response.body, as: UTF8.self)
      #expect(page.contains("\ncommontrace_embedding_backlog 1\n"), "\(page)")
      #expect(page.contains("\ncommontrace_embedding_workers{state=\"working\"} 0\n"))
      #expect(service.server.worker == nil)
    }
  }

  @Test("reports a failed embedding service to the client without details")
  func searchWithoutService() async throws {
    try await TemporaryDatabase.with { database in
      let end = try await TraceServerBinary.with(
        url: database.url,
        variables: [
          "EMBEDDING_PROVIDER": "openai", "EMBEDDING_BASE_URL": "http://127.0.0.1:1/v1",
          "EMBEDDING_API_KEY": TraceServerBinary.canary, "EMBEDDING_RETRY_BUDGET": "0",
        ]
      ) { server in
        let token = try await server.register("somebody@example.com")
        let answer = try await server.post("/api/v1/traces/search", #"{"q": "teapot"}"#, token: token)
        #expect(answer?.status == 503 && answer?.body.contains("problem:embedding-unavailable") == true)
        #expect(answer?.body.contains("127.0.0.1") == false)
        #expect(try await server.get("/health/ready")?.status == 200)
      }
      #expect(end.errors.contains("http://127.0.0.1:1/v1/embeddings is unreachable"))
      #expect(!end.errors.contains(TraceServerBinary.canary), "\(end.errors)")
    }
  }
}
