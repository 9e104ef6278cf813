import Glibc
@testable import Postgres
import SeedTesting
import Testing

@Suite("A failed connection")
struct ConnectionFaultTests {
  private func error(_ url: String) async throws -> PostgresError {
    let configuration = try PostgresConfiguration(url: url)
    let error = await #expect(throws: PostgresError.self, "\(url)") {
      _ = try await PostgresConnection.connect(configuration)
    }
    return try #require(error)
  }

  /// Expects a permanent fault whose message and fix contain these texts.
  private func expectPermanent(_ url: String, _ message: String, fix expected: String) async throws {
    let error = try await error(url)
    #expect(!error.isTransient, "\(url): \(error)")
    #expect(error.message.contains(message), "\(url): \(error)")
    guard case .permanent(let fix) = error.connectionFault else {
      Issue.record("\(url): no fix: \(error)")
      return
    }
    #expect(fix.contains(expected), "\(url)")
  }

  @Test("because of a certificate fails at once, with a fix")
  func certificates() async throws {
    try await TemporaryFolder.with { folder in
      let certificate = try await TestCertificate.make(in: folder)
      let other = try await TestCertificate.make(in: folder, host: "elsewhere.example")
      let settings = ["listen_addresses": "127.0.0.1"].merging(TestCertificate.settings) { $1 }
      try await DebianPostgres.with(settings: settings, files: certificate.files) { server in
        let url = "postgresql://app:x@localhost:\(server.port)/postgres?sslmode="
        try await expectPermanent(
          url + "verify-full&sslrootcert=\(other.path)", "certificate verify failed", fix: "sslrootcert")
        try await expectPermanent(
          url + "verify-full&sslrootcert=/nonexistent/ca.crt", "does not exist", fix: "sslrootcert")
        let byAddress = "postgresql://app:x@127.0.0.1:\(server.port)/postgres?sslmode="
        try await expectPermanent(
          byAddress + "verify-full&sslrootcert=\(certificate.path)", "does not match host name",
          fix: "verify-ca")
        try await expectPermanent(
          url + "require&sslcert=\(other.keyPath)&sslkey=\(other.keyPath)", "could not read certificate file",
          fix: "chmod 600")
        try await expectPermanent(
          url + "require&sslcert=\(certificate.path)&sslkey=/nonexistent/c.key", "private key file",
          fix: "sslkey")
        chmod(certificate.keyPath, 0o600)
        chmod(other.keyPath, 0o600)
        try await expectPermanent(
          url + "require&sslcert=\(certificate.path)&sslkey=\(other.keyPath)", "key values mismatch",
          fix: "sslkey")
        try await expectPermanent(
          url + "require&ssl_max_protocol_version=TLSv1.1", "", fix: "ssl_max_protocol_version")
      }
    }
  }

  @Test("because of a missing feature or permission of the server fails at once")
  func server() async throws {
    try await DebianPostgres.with(settings: ["listen_addresses": "127.0.0.1"]) { server in
      let url = "postgresql://app:x@127.0.0.1:\(server.port)/postgres"
      try await expectPermanent(
        url + "?sslmode=require", "server does not support SSL", fix: "enable TLS on the server")
      try await expectPermanent(
        url + "?channel_binding=require", "channel binding", fix: "channel_binding")
      let wrong = try await error(url)
      #expect(wrong.sqlState == .invalidPassword)
      #expect(!wrong.isTransient)
    }
  }

  @Test(
    "because of a setting in its options fails at once",
    arguments: ["-c%20nosuch%3D1", "--bogus%20x", "-c%20work_mem%3Dmuch"])
  func options(text: String) async throws {
    try await TemporaryDatabase.with { database in
      try await expectPermanent(database.url + "&options=\(text)", "FATAL", fix: "'options'")
    }
  }

  @Test(
    "because of a parameter fails at once",
    arguments: [
      ("service=nowhere_to_be_found", "definition of service", "service"),
      ("target_session_attrs=sometimes", "target_session_attrs", "parameter"),
      ("keepalives_idle=often", "keepalives_idle", "parameter"),
      ("channel_binding=perhaps", "channel_binding", "parameter"),
      ("ssl_min_protocol_version=TLSv9", "ssl_min_protocol_version", "parameter"),
    ])
  func parameters(parameter: String, message: String, fix: String) async throws {
    try await expectPermanent("postgresql://app@127.0.0.1:9/x?\(parameter)", message, fix: fix)
  }

  @Test(
    "without a response from the server is transient",
    arguments: [
      "connection to server at \"db\" (10.0.0.1), port 5432 failed: Connection refused",
      "connection to server on socket \"/run/.s.PGSQL.5432\" failed: No such file or directory",
      "connection to server at \"db\", port 5432 failed: server closed the connection unexpectedly",
    ])
  func unanswered(message: String) {
    #expect(ConnectionFault(message: message) == .unanswered)
  }

  @Test("because of name resolution is transient")
  func names() async throws {
    let error = try await error("postgresql://app@no-such-host.invalid/x")
    #expect(error.isTransient)
    #expect(error.connectionFault == nil)
  }

  @Test("is transient if one of several hosts is only down")
  func hosts() throws {
    let down = "connection to server at \"a\", port 5432 failed: Connection refused\n"
    let plain =
      "connection to server at \"b\", port 5432 failed: server does not support SSL, but SSL was required"
    #expect(ConnectionFault(message: down + plain) == nil)
    #expect(ConnectionFault(message: plain + "\n" + down) == .unanswered)
    guard case .permanent = ConnectionFault(message: plain + "\n" + plain) else {
      Issue.record("two hosts without TLS are no outage")
      return
    }
  }

  @Test(
    "because a pooler rejects the login fails at once",
    arguments: ["no such database: shop", "no such user: app", "unsupported startup parameter: options"])
  func pooler(words: String) {
    let message = "connection to server at \"b\", port 6432 failed: FATAL:  08P01: \(words)"
    guard case .permanent = ConnectionFault(message: message) else {
      Issue.record("\(words) is not recognized")
      return
    }
  }
}
