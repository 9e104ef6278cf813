import SeedKit
import SeedTesting
import Testing

@Suite("A secret in the settings")
struct ConfigurationSecretTests {
  private let canary = "c4n4ry"

  /// All ways in which Swift converts a value to text.
  private func texts(_ value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    let mirror = Mirror(reflecting: value).children.map { "\($0.value) \(String(reflecting: $0.value))" }
    return "\(value)\n\(String(reflecting: value))\n\(dumped)\n\(mirror)"
  }

  @Test("is only available as the value")
  func wrapper() {
    let secret = Secret(canary)
    #expect(secret.value == canary)
    #expect("\(secret)" == "****")
    for value in [secret, [secret], ["a": secret], Secret?.some(secret) as Any, (secret, 1)] as [Any] {
      #expect(!texts(value).contains(canary))
      #expect(texts(value).contains("****"))
    }
  }

  @Test("is masked wherever settings are printed")
  func settings() async throws {
    let url = "postgresql://ada:\(canary)@db.example:5433/app?sslmode=require&sslpassword=\(canary)"
    try await TemporaryFolder.with { folder in
      try folder.write("{database: {url: '\(url)'}}", to: "dev.json")
      for settings in [
        try Settings.load(flags: [:], environment: ["DATABASE_URL": url], configDirectory: nil),
        try Settings.load(flags: ["database-url": url], environment: [:], configDirectory: nil),
        try Settings.load(flags: [:], environment: [:], configDirectory: folder.path),
      ] {
        #expect(settings[.databaseURL]?.value == url)
        #expect(settings.isExplicit(.databaseURL))
        let entry = settings.entries.first { $0.name == "database.url" }
        #expect(entry?.value == "postgresql://ada:****@db.example:5433/app")
        for value in [settings, settings.entries, settings[.databaseURL] as Any] as [Any] {
          #expect(!texts(value).contains(canary))
        }
      }
    }
  }

  @Test("is in no error", arguments: ConfigurationSecretTests.malformed)
  func errors(url: String, reason: String) async throws {
    try await TemporaryFolder.with { folder in
      // Valid as JSON without escaping.
      try folder.write("{\"database\": {\"url\": \"\(url)\"}}", to: "dev.json")
      let expected =
        "database.url: found a connection string (not shown): \(reason); "
        + "expected postgresql://user:password@host:port/database"
      let cases: [([String: String], [String: String], String?, String)] = [
        (["database-url": url], [:], nil, "--database-url: "),
        ([:], ["DATABASE_URL": url], nil, "DATABASE_URL: "),
        ([:], [:], folder.path, "\(folder.path)/dev.json:1:22: "),
      ]
      for (flags, variables, directory, place) in cases {
        let error = try #require(
          #expect(throws: ConfigurationError.self) {
            try Settings.load(flags: flags, environment: variables, configDirectory: directory)
          })
        #expect(error.description == place + expected)
        #expect(!texts(error).contains(canary))
      }
    }
  }

  static let malformed: [(String, String)] = {
    let parameter =
      "a parameter after the '?' is unknown or invalid (in a password, write ? as %3F and & as %26)"
    let at = "an '@' follows the host (in a password, write / as %2F and @ as %40)"
    let port = "the port is not a number from 1 to 65535"
    return [
      ("c4n4ry", "it does not start with postgresql://"),
      ("mysql://ada:c4n4ry@h/db", "its scheme is neither postgresql nor postgres"),
      ("postgresql://ada:c4n4ry@h:99999/db", port),
      ("postgresql://ada:c4n4ry%zz@h/db", "its password is not percent-encoded UTF-8 (write % as %25)"),
      ("postgresql://ada:1/c4n4ry@h/db", at), ("postgresql://ada:c4n4ry/x@h/db", at),
      ("postgresql://ada:1?c4n4ry@h/db", parameter), ("postgresql://ada:1?c4n4ry=%zz@h/db", parameter),
      ("postgresql://h/db?password=x&c4n4ry=1", parameter), ("postgresql://h/db?sslmode=c4n4ry", parameter),
      ("postgresql://h/db?port=c4n4ry", parameter),
    ]
  }()

  @Test(
    "is in no error about a file with a syntax error or a misplaced key",
    arguments: [
      "{database: {url: postgresql://ada:c4n4ry@h/db}}",
      "{database: {url: \"postgresql://a:\"c4n4ry\"@h/db\"}}",
      "{database: {url: \"postgresql://a:c4n4ry@h/db}}", "{database: {url: 'postgresql://a:c4n4ry\\1@h/db'}}",
      "{database: {url: [\"postgresql://a:c4n4ry@h/db\"]}}",
      "{databse: {url: \"postgresql://a:c4n4ry@h/db\"}}",
      "{database: \"postgresql://a:c4n4ry@h/db\"}", "{seed: {jobs: \"postgresql://a:c4n4ry@h/db\"}}",
      "\"postgresql://a:c4n4ry@h/db\"",
    ])
  func files(text: String) async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(text, to: "default.json")
      let error = try #require(
        #expect(throws: ConfigurationError.self) {
          try Settings.load(flags: [:], environment: [:], configDirectory: folder.path)
        })
      #expect(!texts(error).contains(canary))
    }
  }

  @Test("is in no error if it was set as another setting")
  func misplaced() throws {
    let url = "postgresql://ada:\(canary)@h/db"
    let error = try #require(
      #expect(throws: ConfigurationError.self) {
        try Settings.load(
          flags: ["env": url], environment: ["SEED_JOBS": url, "SEED_DEBUG": url], configDirectory: nil)
      })
    #expect(error.faults.count == 3)
    #expect(!texts(error).contains(canary))
    #expect(error.faults.allSatisfy { $0.found == "a connection string (not shown)" })
    let other = try #require(
      #expect(throws: SeedEnvironmentError.self) { try SeedEnvironment(parsing: url) })
    #expect(!other.description.contains(canary))
  }
}
