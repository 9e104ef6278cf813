import FoundationEssentials
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing

@testable import TraceServer

@Suite("Ports and hosts", .serialized)
struct PortTests {
  private struct Leaking: Seeder {
    let id: SeederID = "leaking"
    let summary = "fails"

    struct Failure: Error, CustomStringConvertible {
      let description = "cannot connect to db.internal:5432 as user admin, database secrets"
    }

    func seed(in context: SeedContext) async throws { throw Failure() }
  }

  @Test("readiness and the seeding history show the code of an error, but not its text")
  func errors() async throws {
    try await Service.with(seeds: true, registry: SeederRegistry([Leaking()])) { service in
      for path in ["/health/ready", "/api/v1/seeding"] {
        let answer = try await service.get(path)
        let text = String(decoding: answer.response.body, as: UTF8.self)
        for word in ["db.internal", "5432", "admin", "secrets"] { #expect(!text.contains(word), "\(text)") }
      }
      let failure = try await service.get("/health/ready").text("seeding.seeders.0.failure")
      #expect(failure?.wholeMatch(of: /SR-\d+: the server log has the details/) != nil, "\(failure ?? "")")
      let request = try HTTPRequest(.get, "/health/ready")
      let details = await service.server.respond(to: request, isPrivate: true)
      #expect(String(decoding: details.body, as: UTF8.self).contains("db.internal"))
    }
  }

  @Test("with a private port, metrics and the seeders are only there, and nothing else is")
  func privatePort() async throws {
    try await Service.with(seeds: true, registry: SeederRegistry([Leaking()]), options: { $0.adminPort = 0 })
    {
      service in
      #expect(try await service.get("/metrics").status == 404)
      let ready = try await service.get("/health/ready")
      #expect(ready.text("seeding.phase") == "done" && ready.count("seeding.seeders") == 0)
      func ask(_ path: String) async throws -> HTTPResponse {
        await service.server.respond(to: try HTTPRequest(.get, path), isPrivate: true)
      }
      #expect(try await ask("/metrics").status == 200)
      #expect(String(decoding: try await ask("/health/ready").body, as: UTF8.self).contains("leaking"))
      for path in ["/", "/api/v1/tags", "/openapi.json", "/page/main.js"] {
        #expect(try await ask(path).status == 404, "\(path)")
      }
    }
  }

  @Test("the program opens the private port that is set")
  func program() async throws {
    try await TemporaryDatabase.with { database in
      let port = Int(try FreePort.find())
      _ = try await TraceServerBinary.with(url: database.url, variables: ["ADMIN_PORT": "\(port)"]) {
        server in
        let metrics = try await server.get("/metrics")
        #expect(metrics?.status == 404)
        let admin = TraceServerBinary(process: server.process, port: port)
        #expect(try await admin.get("/metrics")?.body.contains("commontrace_db_pool_size") == true)
        #expect(try await admin.get("/health/ready")?.status == 200)
        #expect(try await admin.get("/api/v1/tags")?.status == 404)
      }
    }
  }

  @Test("a local server without tokens accepts only names of this machine, against DNS rebinding")
  func hosts() async throws {
    func status(_ service: Service, _ host: String) async throws -> Int {
      try await service.send(.get, "/api/v1/tags", [], headers: ["Host": host]).status
    }
    try await Service.with(options: { $0.searchNeedsToken = false }) { service in
      for host in [
        "localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "127.9.9.9", "[::1]", "[::1]:8080",
        "seeds.localhost",
      ] { #expect(try await status(service, host) == 200, "\(host)") }
      for host in [
        "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1",
        "127.0.0.1@evil.example", "127.1", "0x7f000001", "[::2]", "localhost.", "",
        "localhost:80@evil.example",
        "localhost:8080:1", "localhost:-1", "[::1]evil.example", "[::1]]", "[::1", "::1",
      ] {
        let answer = try await service.send(.get, "/api/v1/tags", [], headers: ["Host": host])
        #expect(answer.status == 421 && answer.problem == "wrong-host", "\(host)")
      }
    }
    try await Service.with { service in
      let status = try await status(service, "traces.example")
      #expect(status == 200)
    }
    try await Service.with(options: { options in
      options.searchNeedsToken = false
      options.http.host = "0.0.0.0"
    }) { service in
      let status = try await status(service, "traces.example")
      #expect(status == 200)
    }
  }

  @Test("a private port of this machine accepts only names of this machine, whatever the main port does")
  func privateHosts() async throws {
    for (adminHost, status) in [("127.0.0.1", 421), ("0.0.0.0", 200)] {
      try await Service.with(options: { options in
        options.http.host = "0.0.0.0"
        options.adminPort = 0
        options.adminHost = adminHost
      }) { service in
        for path in ["/metrics", "/health/ready"] {
          for (host, expected) in [("evil.example", status), ("localhost:9090", 200)] {
            let request = try HTTPRequest(.get, path, headers: ["Host": host])
            let response = await service.server.respond(to: request, isPrivate: true)
            #expect(response.status == expected, "\(adminHost) \(path) \(host)")
          }
        }
      }
    }
  }

  @Test("no response can be taken for another type of content")
  func sniffing() async throws {
    try await Service.with { service in
      for path in ["/", "/health", "/health/ready", "/metrics", "/openapi.json", "/api/v1/tags", "/nothing"] {
        let answer = try await service.get(path)
        #expect(answer.response.headers.values("X-Content-Type-Options") == ["nosniff"], "\(path)")
      }
    }
  }
}
