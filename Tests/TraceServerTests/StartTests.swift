import Basics
import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("The start of trace-server", .serialized)
struct StartTests {
  private static let nowhere = "postgresql://nobody@127.0.0.1:1/none"

  @Test(
    "starts whatever is wrong with the definitions in its folder of seeders, even if it seeds nothing",
    arguments: [
      #"{"id": "broken", "sumary": "x"}"#, "{", "", "[]", "\u{0}", #"{"id": "users"}"#,
      #"{"id": "broken", "dependencies": ["nobody"]}"#,
      #"{"id": "broken", "dependencies": ["broken"], "tables": [{"table": "t", "rows": [], "key": "id"}]}"#,
    ], ["true", "false"])
  func faultyDefinitions(definition: String, seeds: String) async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        for name in ["broken", "again"] {
          try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
          try folder.write(definition, to: "\(name)/seeder.json")
        }
        let end = try await TraceServerBinary.with(
          url: database.url,
          variables: [
            "AUTO_SEED_DATABASE": seeds, "SEEDERS_PATH": folder.path, "SEED_ALL_ONLY": "tags,broken",
          ]
        ) { server in
          let tags = try await server.get("/api/v1/tags")
          #expect(tags?.status == 200)
        }
        #expect(end.exitCode == 128 + SIGTERM, "\(end.errors)")
      }
    }
  }

  @Test("answers health checks from the first moment, and other requests when seeding has ended")
  func firstMoment() async throws {
    try await TemporaryFolder.with { folder in
      let postgres = EmbeddedPostgres(EmbeddedPostgres.Settings(projectDirectory: folder.path))
      let configuration = try await postgres.start().configuration
      try await postgres.stop()
      let url =
        "postgresql://\(configuration.user ?? "")@/\(configuration.database ?? "")"
        + "?host=\(PercentEncoding.encode(configuration.host ?? ""))&port=\(configuration.port ?? "")"
      // The retry budget ends long before the database is back.
      let end = try await TraceServerBinary.with(
        url: url, variables: ["AUTO_SEED_DATABASE": "true", "SEED_RETRY_BUDGET": "1"], readyFirst: false
      ) { server in
        try await server.reach("/health", status: 200)
        try await server.reach("/health/ready", containing: "\"phase\":\"failed\"")
        let tags = try await server.get("/api/v1/tags")
        #expect(tags?.status == 503)
        _ = try await postgres.start()
        try await server.reach("/health/ready", status: 200)
        #expect(try await server.get("/api/v1/tags")?.status == 200)
      }
      #expect(end.exitCode == 128 + SIGTERM)
      try await postgres.stop()
    }
  }

  @Test("holds back all requests except health checks while it waits for seeding")
  func held() async throws {
    let end = try await TraceServerBinary.with(
      url: Self.nowhere, variables: ["SEED_RETRY_BUDGET": "3600"], readyFirst: false
    ) { server in
      try await server.reach("/health", status: 200)
      let tags = try await server.get("/api/v1/tags")
      #expect(tags?.status == 503 && tags?.body.contains("problem:not-ready") == true)
      #expect(try await server.get("/health/ready")?.text("status") == "starting")
      #expect(try await server.get("/")?.status == 200)
    }
    #expect(end.exitCode == 128 + SIGTERM, "\(end.errors)")
  }

  @Test("seeds the traces at SEED_FIXTURES_PATH instead of the built-in ones, and embeds them")
  func ownFixtures() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try folder.write(
          #"[{"title": "A teapot", "context": "C", "solution": "S", "tags": ["tea"]}]"#, to: "own.json")
        for (path, count) in [(folder.path, 1), ("\(folder.path)/none", 1)] {
          let end = try await TraceServerBinary.with(
            url: database.url,
            variables: [
              "AUTO_SEED_DATABASE": "true", "SEED_FIXTURES_PATH": path, "SEED_ALL_EXCEPT": "sample-traces",
              "EMBEDDING_WORKER": "false",
            ]
          ) { server in
            let tags = try await server.get("/api/v1/tags")
            #expect(tags?.status == 200)
          }
          #expect(end.exitCode == 128 + SIGTERM, "\(end.errors)")
          let embedded = try await database.withConnection { connection in
            try await connection.queryOne("SELECT count(embedding) FROM traces").decode(Int.self)
          }
          #expect(embedded == count, "\(end.errors)")
        }
      }
    }
  }
}
