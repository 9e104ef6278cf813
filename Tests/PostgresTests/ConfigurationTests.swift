import Postgres
import Testing

@Suite("A connection string")
struct ConfigurationTests {
  private static let canary = "canary-81c4"

  @Test(
    "is parsed in all dialects",
    arguments: [
      ("postgresql://me@db.example.com:5433/app", "db.example.com", "5433", "me", "app"),
      ("postgres://me@db.example.com/app", "db.example.com", nil, "me", "app"),
      ("postgresql+asyncpg://me@h/app", "h", nil, "me", "app"),
      ("postgresql+psycopg2://me@h:1/app", "h", "1", "me", "app"),
      ("postgresql://me@/app?host=/run/pg&port=6", "/run/pg", "6", "me", "app"),
      ("postgresql://me@%2Frun%2Fpg/app", "/run/pg", nil, "me", "app"),
      ("postgresql://me@[::1]:7/app", "::1", "7", "me", "app"),
      ("postgresql://me@a:1,b/app", "a,b", "1,5432", "me", "app"),
      ("postgresql://m%40e@h/a%20b", "h", nil, "m@e", "a b"),
    ] as [(String, String, String?, String, String)])
  func urls(url: String, host: String, port: String?, user: String, database: String) throws {
    let configuration = try PostgresConfiguration(url: url)
    #expect(configuration.host == host)
    #expect(configuration.port == port)
    #expect(configuration.user == user)
    #expect(configuration.database == database)
    #expect(configuration.password == nil)
  }

  @Test("accepts a password with any character, escaped or not", arguments: ["p%40ss%2Fw%3Ard", "p@ss:w"])
  func passwords(password: String) throws {
    let configuration = try PostgresConfiguration(url: "postgresql://me:\(password)@h/app")
    #expect(configuration.host == "h")
    #expect(configuration.password == (password == "p@ss:w" ? password : "p@ss/w:rd"))
    #expect(try PostgresConfiguration(url: "postgresql://me:@h/app").password == "", "empty is not missing")
  }

  @Test("accepts parameters of libpq and rejects others by name")
  func parameters() throws {
    let url =
      "postgresql://h/app?sslmode=verify-full&connect_timeout=3&application_name=x&sslrootcert=/ca.pem"
    let configuration = try PostgresConfiguration(url: url)
    #expect(configuration.sslMode == .verifyFull)
    #expect(configuration.connectTimeout == .seconds(3))
    #expect(configuration.applicationName == "x")
    #expect(configuration.options["sslrootcert"] == "/ca.pem")
    #expect(try PostgresConfiguration(url: "postgresql+asyncpg://h/app?ssl=require").sslMode == .require)
    let error = #expect(throws: PostgresError.self) {
      try PostgresConfiguration(url: "postgresql://h/d?sslmod=x")
    }
    #expect(error?.message == "unknown connection parameter 'sslmod'")
    #expect(error?.code == .invalidConfiguration)
  }

  @Test(
    "that is malformed is rejected without being quoted",
    arguments: [
      "mysql://u:canary-81c4@h/d", "u:canary-81c4@h/d", "postgresql://u:canary-81c4%zz@h/d",
      "postgresql://u:canary-81c4@h:port/d", "postgresql://u@h:canary-81c4", "postgresql://h:99999/d",
    ])
  func malformed(url: String) {
    let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
    #expect(error?.code == .invalidConfiguration)
    #expect(
      error.map { !String(reflecting: $0).contains(Self.canary) } ?? false, "\(String(reflecting: error))")
  }

  @Test("shows no password in any description, dump or failed connection")
  func secrets() async throws {
    let configuration = try PostgresConfiguration(url: "postgresql://me:\(Self.canary)@127.0.0.1:1/app")
    var dumped = ""
    dump(configuration, to: &dumped)
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresConnection.connect(configuration)
    }
    let shown = [
      "\(configuration)", String(reflecting: configuration), dumped, "\(String(describing: error))",
      error.map { String(reflecting: $0) } ?? "",
    ]
    #expect(shown.allSatisfy { !$0.contains(Self.canary) })
    #expect("\(configuration)" == "postgresql://me:****@127.0.0.1:1/app")
    #expect(error?.code == .connectionFailed)
    #expect(error?.isTransient ?? false, "a refused connection may work later")
  }

  @Test("can be replaced by the PG* variables if one names a server")
  func variables() throws {
    #expect(try PostgresConfiguration(environment: ["PGPASSWORD": "x", "PGSSLMODE": "require"]) == nil)
    #expect(try PostgresConfiguration(environment: ["PGHOST": ""]) == nil)
    let configuration = try #require(
      try PostgresConfiguration(environment: ["PGHOST": "h", "PGPORT": "5", "PGDATABASE": "d", "PGUSER": "u"])
    )
    #expect("\(configuration)" == "postgresql://u@h:5/d")
    let error = #expect(throws: PostgresError.self) {
      try PostgresConfiguration(environment: ["PGHOST": "h", "PGPORT": "five"])
    }
    #expect(
      error?.message == "PGPORT: connection parameter 'port' is 'five'; expected a number from 1 to 65535")
  }
}
