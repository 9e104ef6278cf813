import Catalog
import FoundationEssentials
import Testing

@testable import SeedKit

@Suite("The shipped settings files")
struct ConfigurationShippedTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private let folder = "\(root)/Config"

  private func lines(_ name: String) throws -> [Substring] {
    let text = String(decoding: try Data(contentsOf: URL(filePath: "\(Self.root)/\(name)")), as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The dotted path of each value, and its node.
  private func values(_ node: JSONNode, _ path: [String] = []) -> [(key: String, node: JSONNode)] {
    guard case .object(let members) = node.value else { return [(path.joined(separator: "."), node)] }
    return members.flatMap { values($0.value, path + [$0.key]) }
  }

  private func read(_ file: String) throws -> [(key: String, node: JSONNode)] {
    let data = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
    return values(try JSONParser.parse(Array(data), dialect: .json5)).filter { $0.key != "$schema" }
  }

  @Test("default.json contains every key with its built-in default")
  func defaults() throws {
    let found = try read("default.json")
    #expect(found.map(\.key).sorted() == Catalog.settings.inFiles.map(\.name).sorted())
    for (name, node) in found {
      let key = try #require(Catalog.settings.inFiles.first { $0.name == name })
      let text = try key.fileText(node)
      let value = try text.map { try key.parse($0) } ?? key.defaultValue
      #expect(key.isDefault(value), "\(name) is \(text ?? "null")")
      #expect(text != nil || key.show(key.defaultValue).isEmpty, "\(name) has a default, so null will not do")
    }
  }

  @Test("default.json documents above each key its variable, its flag, and its unit or range")
  func comments() throws {
    let lines = try lines("Config/default.json")
    for (name, node) in try read("default.json") {
      let key = try #require(Catalog.settings.inFiles.first { $0.name == name })
      let comment = lines[..<(node.position.line - 1)].reversed()
        .prefix { $0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
      for variable in key.variables { #expect(comment.contains(variable), "\(name)") }
      if let flag = key.flag { #expect(comment.contains("--\(flag)"), "\(name)") }
      if let unit = key.unit { #expect(comment.contains(unit), "\(name)") }
      if let range = key.expected.firstRange(of: "from ") {
        let bounds = key.expected[range.upperBound...]
        #expect(comment.contains(bounds), "\(name) does not say \(bounds)")
      }
    }
  }

  @Test("load in each environment and start with a comment about it", arguments: SeedEnvironment.allCases)
  func environments(environment: SeedEnvironment) throws {
    let settings = try Settings.load(
      flags: ["env": environment.rawValue], environment: [:], configDirectory: folder, keys: Catalog.settings)
    #expect(settings[.environment] == environment)
    #expect(settings.source(of: .environment) == .flag("env"))
    #expect(try lines("Config/\(environment).json").first?.hasPrefix("// ") == true)
    // Environment files contain only values that differ from the default.
    for (name, node) in try read("\(environment).json") where name != "" {
      let key = try #require(Catalog.settings.inFiles.first { $0.name == name })
      let text = try #require(try key.fileText(node), "\(name) is null")
      #expect(!key.isDefault(try key.parse(text)), "\(name) repeats the default")
      #expect(settings.entries.first { $0.name == name }?.value == text)
    }
  }

  @Test("wait longer for the database in CI")
  func ci() throws {
    let settings = try Settings.load(
      flags: [:], environment: ["CI": "true"], configDirectory: folder, keys: Catalog.settings)
    #expect(settings[.retryBudget] == .seconds(120))
    #expect(settings.isExplicit(.retryBudget))
    // The value in default.json equals the built-in one, which does not count as set by a user.
    #expect(settings.source(of: .databaseConnectTimeout) != .default)
    #expect(!settings.isExplicit(.databaseConnectTimeout))
    #expect(!settings.isExplicit(.databaseURL))
  }

  @Test("list every declared key once")
  func declarations() throws {
    let folders = [
      "Sources/Seeding/SeedKit/Configuration", "Sources/Traces/TraceStore/Settings",
      "Sources/Traces/Embeddings/Settings",
    ]
    let source = try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/\(folder)")
        .filter { $0.hasPrefix("SettingKey+") }.flatMap { try lines("\(folder)/\($0)") }
    }
    let declared = source.filter { $0.contains("public static let ") && $0.hasSuffix("= SettingKey(") }
    #expect(declared.count == Catalog.settings.count)
    try Catalog.settings.checkConflicts()
  }

  @Test("explain the settings in a stable order: seeding, the application, the embedded PostgreSQL")
  func order() throws {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings)
    #expect(
      settings.entries.map(\.name) == [
        "environment", "database.url", "database.connectTimeout", "seed.jobs", "seed.retryBudget",
        "seed.lockTimeout", "seeders.builtIn", "seed.now", "seed.allowCommands", "seed.rows", "seed.scale",
        "all.only",
        "all.except", "startup.migrates", "startup.seeds",
        "startup.mode",
        "startup.timeLimit", "debug", "validationThreshold", "capacity.rows", "capacity.isPartOfAll",
        "capacity.seed", "capacity.clusters", "capacity.similarity", "capacity.index", "capacity.streams",
        "server.host", "server.port", "server.adminHost", "server.adminPort", "server.poolSize",
        "server.preparedStatements",
        "server.trustedProxies", "server.searchNeedsToken", "redis.url", "redis.passwordFile", "redis.caFile",
        "rateLimit.readsPerMinute", "rateLimit.writesPerMinute",
        "rateLimit.onFailure", "embedding.provider", "embedding.baseURL", "embedding.apiKey",
        "embedding.model", "embedding.dimensions", "embedding.asksForDimensions", "embedding.batchSize",
        "embedding.textLimit", "embedding.timeout", "embedding.retryBudget", "embedding.caFile",
        "embedding.waits", "embedding.worker", "embedding.pollInterval", "embedding.leaseTime",
        "embedding.maxAttempts", "embedded.binaries", "embedded.version", "embedded.port", "embedded.user",
      ])
    #expect(
      settings.entries.map { "\($0.variable)=\($0.defaultValue)" }.filter { !$0.hasSuffix("=") } == [
        "SEED_ENV=dev", "DATABASE_CONNECT_TIMEOUT=10", "SEED_JOBS=4", "SEED_RETRY_BUDGET=60",
        "SEED_LOCK_TIMEOUT=300", "SEED_BUILT_IN=true", "SEED_ALLOW_COMMANDS=false", "SEED_SCALE=1.0",
        "AUTO_MIGRATE=true", "AUTO_SEED_DATABASE=false",
        "AUTO_SEED_MODE=blocking",
        "AUTO_SEED_TIMEOUT=60", "SEED_DEBUG=false", "VALIDATION_THRESHOLD=2", "CAPACITY_SEED=1",
        "CAPACITY_CLUSTERS=1000", "CAPACITY_SIMILARITY=0.8", "CAPACITY_INDEX=vector", "CAPACITY_STREAMS=4",
        "HOST=127.0.0.1", "PORT=8080", "ADMIN_HOST=127.0.0.1", "SERVER_POOL_SIZE=16",
        "SERVER_PREPARED_STATEMENTS=auto",
        "SEARCH_NEEDS_TOKEN=true", "RATE_LIMIT_READ_PER_MINUTE=60", "RATE_LIMIT_WRITE_PER_MINUTE=20",
        "RATE_LIMIT_ON_FAILURE=allow", "EMBEDDING_PROVIDER=local",
        "EMBEDDING_BASE_URL=https://api.openai.com/v1", "EMBEDDING_MODEL=text-embedding-3-small",
        "EMBEDDING_DIMENSIONS=1536", "EMBEDDING_ASK_FOR_DIMENSIONS=false", "EMBEDDING_BATCH_SIZE=64",
        "EMBEDDING_TEXT_LIMIT=24000", "EMBEDDING_TIMEOUT=30", "EMBEDDING_RETRY_BUDGET=60",
        "EMBEDDING_WAIT=true", "EMBEDDING_WORKER=true", "EMBEDDING_POLL_INTERVAL=30",
        "EMBEDDING_LEASE_TIME=120", "EMBEDDING_MAX_ATTEMPTS=5", "SEED_POSTGRES_PORT=0",
      ])
    #expect(
      settings.entries.compactMap(\.flag) == [
        "env", "database-url", "jobs", "built-in", "now", "allow-commands", "rows", "scale", "debug",
        "capacity-seed", "clusters", "similarity",
        "index",
        "streams", "host", "port", "wait",
      ])
    #expect(settings.entries.filter { $0.unit == "seconds" }.count == 8)
    #expect(settings.entries.allSatisfy { !$0.summary.isEmpty })
  }
}
