import Catalog
import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import RateLimiter
import SeedKit
import SeedTesting
import Testing
import Threads
import TraceStore

@testable import TraceServer

/// A service on its own database, called without sockets.
struct Service: Sendable {
  let server: TraceServer
  let database: TemporaryDatabase
  let log: Lock<[String]>

  /// Creates the service, passes it to `body`, and stops it.
  ///
  /// - Parameters:
  ///   - seeds: whether the seeders of the environment test run, except capacity data.
  ///   - registry: the seeders; the built-in ones by default.
  ///   - provider: embeds queries and new traces.
  ///   - configure: changes the options. By default no test reaches a limit.
  static func with(
    seeds: Bool = false, registry: SeederRegistry? = nil,
    provider: any EmbeddingProvider = LocalEmbeddingProvider(),
    options configure: (inout TraceServer.Options) throws -> Void = { _ in },
    _ body: (Service) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with { database in
      let settings = try Settings.load(
        flags: ["env": "test"], environment: ["CAPACITY_IS_PART_OF_ALL": "false"], configDirectory: nil,
        keys: Catalog.settings)
      var startup = StartupSeeding.Options()
      startup.seeds = seeds
      startup.timeLimit = .seconds(3600)
      let seeding = StartupSeeding(
        registry: try registry ?? Catalog.registry(settings), environment: .test,
        configuration: database.configuration, fixtures: Catalog.fixtures, options: startup)
      await seeding.start()
      try await distribute(database)
      var options = TraceServer.Options()
      options.limits = try RateLimitPolicy(readsPerMinute: 1_000_000, writesPerMinute: 1_000_000)
      try configure(&options)
      let log = Lock<[String]>([])
      let server = try TraceServer(
        configuration: database.configuration, startup: seeding, provider: provider, options: options,
        log: { event in log.withLock { $0.append("\(event)") } })
      do {
        try await body(Service(server: server, database: database, log: log))
      } catch {
        await server.stop()
        throw error
      }
      await server.stop()
    }
  }

  /// Distributes the tables if the tests run on the coordinator of a cluster.
  private static func distribute(_ database: TemporaryDatabase) async throws {
    try await database.withConnection { connection in
      guard try await Sharding.read(on: connection).isCluster, try await TraceSchema.isCurrent(on: connection)
      else { return }
      _ = try await ScaleOut(TraceSchema.scaleOut, environment: .test).run(.apply, on: connection)
    }
  }

  /// A response.
  struct Answer: Sendable {
    let response: HTTPResponse
    let json: JSONNode?

    var status: Int { response.status }

    /// The value at a path such as `results.0.title`; nil if it does not exist.
    subscript(path: String) -> JSONNode? {
      path.split(separator: ".").reduce(json) { node, part in
        switch node?.value {
        case .object(let members): members.first { $0.key == part }?.value
        case .array(let elements): Int(part).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        default: nil
        }
      }
    }

    func text(_ path: String) -> String? { try? self[path]?.string() }
    func int(_ path: String) -> Int? { try? self[path]?.int() }
    func number(_ path: String) -> Double? { try? self[path]?.double() }
    func count(_ path: String) -> Int { ((try? self[path]?.array()) ?? nil)?.count ?? 0 }

    /// The last part of a problem's type.
    var problem: String? { text("type").map { String($0.dropFirst(APIProblem.typePrefix.count)) } }
  }

  func get(_ path: String, token: String? = nil, from address: String = "127.0.0.1") async throws -> Answer {
    try await send(.get, path, [], token: token, address: address)
  }

  func post(
    _ path: String, _ json: String, token: String? = nil, from address: String = "127.0.0.1",
    type: String? = "application/json"
  ) async throws -> Answer {
    try await send(.post, path, Array(json.utf8), token: token, address: address, type: type)
  }

  func send(
    _ method: HTTPMethod, _ path: String, _ body: [UInt8], token: String? = nil,
    address: String = "127.0.0.1", type: String? = "application/json", headers extra: HTTPHeaders = [:]
  ) async throws -> Answer {
    var headers = extra
    headers["Content-Type"] = type
    if let token { headers["Authorization"] = "Bearer \(token)" }
    let response = await server.respond(
      to: try HTTPRequest(method, path, headers: headers, body: body, remoteAddress: address))
    return Answer(response: response, json: try? JSONParser.parse(response.body))
  }

  /// Registers a user and returns the token.
  func register(_ email: String, from address: String = "127.0.0.1") async throws -> String {
    let answer = try await post("/api/v1/auth/register", #"{"email": "\#(email)"}"#, from: address)
    return try #require(answer.text("token"), "\(answer.response)")
  }

  /// Makes registered users established, so that their votes count.
  func establish(_ emails: [String]) async throws {
    try await run(
      """
      UPDATE users SET is_established = true, created_at = now() - interval '2 days' WHERE email = ANY(\(emails))
      """)
  }

  /// Confirms or disputes a trace.
  func vote(
    _ vote: String = "confirm", on id: String, token: String, from address: String = "127.0.0.1"
  ) async throws -> Answer {
    try await post("/api/v1/traces/\(id)/votes", #"{"vote": "\#(vote)"}"#, token: token, from: address)
  }

  /// Contributes a trace and returns its ID.
  func contribute(_ title: String, tags: [String] = ["swift"], token: String) async throws -> String {
    let names = tags.map { #""\#($0)""# }.joined(separator: ", ")
    let answer = try await post(
      "/api/v1/traces",
      #"{"title": "\#(title)", "context": "What happened.", "solution": "What helped.", "tags": [\#(names)]}"#,
      token: token)
    return try #require(answer.text("id"), "\(answer.response)")
  }

  /// Embeds every trace without an embedding, like the embeddings seeder.
  func embed() async throws {
    let provider = LocalEmbeddingProvider()
    try await database.withConnection { connection in
      let pending = try await TraceVectors.pending(for: provider.model, limit: 1000, on: connection)
      let vectors = try await provider.vectors(for: pending.map { EmbeddingText($0) })
      _ = try await TraceVectors.store(Array(zip(pending, vectors)), of: provider.model, on: connection)
    }
  }

  /// Runs a statement and returns its first value.
  func one<Value: PostgresDecodable & Sendable>(_ query: PostgresQuery, _: Value.Type) async throws -> Value {
    try await database.withConnection { try await $0.queryOne(query).decode(Value.self) }
  }

  func run(_ query: PostgresQuery) async throws {
    try await database.withConnection { connection in _ = try await connection.query(query) }
  }
}
