import FoundationEssentials
import HTTPServer
import Migrations
import Postgres
import SeedKit
import SeedTesting
import Synchronization
import Testing
import Threads
import TraceStore

@testable import TraceServer

@Suite("Readiness", .serialized)
struct ReadinessTests {
  private struct Failing: Seeder {
    let id: SeederID = "failing"
    let summary = "fails"
    func seed(in context: SeedContext) async throws { throw CocoaError(.featureUnsupported) }
  }

  @Test("a request that has to wait for seeding gets 503, which is no failure of the server in the log")
  func held() async throws {
    try await Service.with { service in
      service.server.services.isHeld.store(true, ordering: .relaxed)
      let tags = try await service.get("/api/v1/tags")
      #expect(tags.problem == "not-ready")
      let failures = service.log.withLock { $0.filter { $0.hasPrefix("failed") } }
      #expect(failures == [])
    }
  }

  @Test("is reached despite a failed seeder, which is reported")
  func failingSeeder() async throws {
    try await Service.with(seeds: true, registry: SeederRegistry([Failing()])) { service in
      let bare = try await service.get("/health/ready")
      #expect(bare.status == 503 && bare.text("database") == "not-migrated")
      #expect(try await service.get("/api/v1/tags").status == 503)
      #expect(try await service.get("/api/v1/tags").problem == "not-ready")
      #expect(try await service.get("/health").status == 200)
      try await service.database.withPool(maximumConnections: 2) { pool in
        _ = try await Migrator(sets: TraceSchema.migrations()).apply(on: pool)
      }
      let ready = try await service.get("/health/ready")
      #expect(ready.status == 200 && ready.text("status") == "degraded")
      #expect(ready.text("seeding.seeders.0.outcome") == "failed")
      #expect(ready.text("seeding.seeders.0.failure")?.isEmpty == false)
      let page = String(decoding: try await service.get("/metrics").response.body, as: UTF8.self)
      #expect(page.contains("commontrace_seeder_outcome{seeder=\"failing\",outcome=\"failed\"} 1\n"))
    }
  }

  @Test("is lost with the database, whose users get 503, and restored with it")
  func noDatabase() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      #expect(try await service.get("/health/ready").status == 200)
      let name = try PostgresIdentifier(service.database.name)
      let server = service.database.server.configuration
      func admin(_ query: PostgresQuery) async throws {
        try await PostgresConnection.with(server) { connection in _ = try await connection.query(query) }
      }
      try await admin("ALTER DATABASE \(name) WITH ALLOW_CONNECTIONS false")
      try await admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(service.database.name)")
      let gone = try await service.get("/health/ready")
      #expect(gone.status == 503 && gone.text("database") == "unreachable")
      let search = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)
      #expect(search.status == 503 && search.problem == "database-unavailable")
      #expect(search.response.headers["Retry-After"] != nil)
      // A failed read cannot have written anything.
      #expect(search.text("detail") == "the database is unavailable; nothing was written")
      try await admin("ALTER DATABASE \(name) WITH ALLOW_CONNECTIONS true")
      #expect(try await service.get("/health/ready").status == 200)
      #expect(try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token).status == 200)
    }
  }

  @Test("survives connections that a restart broke: reads and writes do not fail")
  func brokenConnections() async throws {
    try await Service.with { service in
      let token = try await service.register("me@example.com")
      for round in 0..<3 {
        // Open several idle connections, which are then broken.
        try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<20 { group.addTask { try await service.get("/api/v1/tags").status } }
          for try await status in group { #expect(status == 200) }
        }
        try await PostgresConnection.with(service.database.server.configuration) { connection in
          _ = try await connection.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(service.database.name)")
        }
        if round % 2 == 0 {
          _ = try await service.contribute("After restart \(round)", token: token)
        } else {
          #expect(try await service.get("/api/v1/tags").status == 200)
        }
      }
    }
  }

  @Test("and metrics use route patterns as labels, so that clients cannot create series")
  func labels() {
    let metrics = Metrics()
    for number in 0..<100 {
      metrics.count(method: .get, path: "/api/v1/traces/\(number)", status: 404)
      metrics.count(method: HTTPMethod(rawValue: "M\(number)"), path: "/\(number)", status: 404)
    }
    metrics.count(method: nil, path: nil, status: 400)
    metrics.count(method: .head, path: "/health", status: 200)
    let keys = metrics.snapshot.requests
    #expect(keys.count == 4)
    #expect(keys[.init(method: "GET", route: "/api/v1/traces/{id}", status: 404)] == 100)
    #expect(keys[.init(method: "other", route: "none", status: 404)] == 100)
  }
}
