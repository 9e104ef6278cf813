import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("doctor: reaching the server")
struct DoctorReachTests {
  private static let secret = SeedRunnerBinary.canary

  /// A non-loopback address of this machine; nil if it has none.
  private static let outerAddress: String? = {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return nil }
    defer { freeifaddrs(list) }
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let address = entry.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else { continue }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if !name.hasPrefix("127.") { return name }
    }
    return nil
  }()

  /// Expects that neither the output nor the report contains the password.
  private func expectNoSecret(_ diagnosis: Diagnosis) {
    #expect(!diagnosis.result.output.contains(Self.secret))
    #expect(!diagnosis.result.errors.contains(Self.secret))
  }

  @Test("reports an unknown host name, a closed port and a missing socket")
  func unreachable() async throws {
    let login = "postgresql://app:\(Self.secret)@"
    let unknown = try await Diagnosis.of("\(login)db.invalid/app")
    unknown.expect("name-resolution", "failure", "'db.invalid'", fix: "getent hosts")
    unknown.expect("port", "skipped", "not resolved")
    let port = try FreePort.find()
    let closed = try await Diagnosis.of("\(login)127.0.0.1:\(port)/app")
    closed.expect("name-resolution", "ok", "127.0.0.1")
    closed.expect("port", "failure", "port \(port)", "refused", fix: "start the server")
    let noSocket = try await Diagnosis.of("postgresql://app@/app?host=/nonexistent")
    noSocket.expect("port", "failure", "/nonexistent/.s.PGSQL.5432", fix: "socket")
    for diagnosis in [unknown, closed, noSocket] {
      #expect(diagnosis.result.exitCode == 4)
      diagnosis.expect("login", "failure")
      // Checks that do not depend on the server still run.
      diagnosis.expect("configuration", "ok")
      diagnosis.expect("embedding", "ok", "offline")
      diagnosis.expect("migrations", "skipped", "not connected")
      expectNoSecret(diagnosis)
    }
  }

  @Test("gives up on a server that never responds")
  func silent() async throws {
    let listener = try SilentListener()
    let diagnosis = try await Diagnosis.of(
      "postgresql://app:\(Self.secret)@127.0.0.1:\(listener.port)/app",
      variables: ["DATABASE_CONNECT_TIMEOUT": "1"])
    diagnosis.expect("port", "ok", "accepts")
    diagnosis.expect("login", "failure", "no response")
    #expect(diagnosis.result.exitCode == 4)
    expectNoSecret(diagnosis)
  }

  @Test("gives up on a server that stops responding, and runs the other checks")
  func stopped() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.with(database: database, cut: .silence(from: "pg_is_in_recovery")) { proxy in
        let url = "postgresql://seed@/\(database.name)?host=\(proxy.host ?? "")&port=\(proxy.port ?? "5432")"
        let diagnosis = try await Diagnosis.of(url)
        diagnosis.expect("pooler", "ok")
        diagnosis.expect("writable", "failure", "no response within")
        diagnosis.expect("locks", "skipped", "stopped responding")
        diagnosis.expect("embedding", "ok")
        #expect(diagnosis.result.exitCode == 4)
      }
    }
  }

  @Test("reports a wrong password, a missing database, a role without LOGIN, and an unencrypted password")
  func login() async throws {
    let outer = Self.outerAddress
    try await DebianPostgres.with(settings: ["listen_addresses": "*"]) { server in
      try await PostgresConnection.with(server.configuration) { connection in
        try await connection.runScript("CREATE ROLE app LOGIN PASSWORD '\(Self.secret)'; CREATE ROLE idle")
      }
      let place = "127.0.0.1:\(server.port)"
      let wrong = try await Diagnosis.of("postgresql://app:wrong-\(Self.secret)@\(place)/postgres")
      wrong.expect("port", "ok")
      wrong.expect(
        "login", "failure", "password authentication failed", fix: "correct the user and password")
      let none = try await Diagnosis.of("postgresql://app@\(place)/postgres")
      none.expect("login", "failure", fix: "correct the user and password")
      let missing = try await Diagnosis.of("postgresql://app:\(Self.secret)@\(place)/nothing_here")
      missing.expect("login", "ok")
      missing.expect("database", "failure", "nothing_here", fix: "createdb")
      let idle = try await Diagnosis.of(server.url.replacing("seed@", with: "idle@"))
      idle.expect("login", "failure", "not permitted to log in", fix: "pg_hba.conf")
      let local = try await Diagnosis.of("postgresql://app:\(Self.secret)@\(place)/postgres")
      local.expect("login", "ok", "with a password")
      local.expect("tls", "ok", "this machine")
      let noTLS = try await Diagnosis.of("postgresql://app:\(Self.secret)@\(place)/postgres?sslmode=require")
      noTLS.expect("tls", "failure", "SSL", fix: "enable TLS")
      // Debian's PostgreSQL is installed without pgvector.
      local.expect("pgvector", "failure", "not available", fix: "postgresql-\(server.major)-pgvector")
      for diagnosis in [wrong, none, missing, idle, noTLS] { #expect(diagnosis.result.exitCode == 4) }
      for diagnosis in [wrong, none, missing, idle, local, noTLS] { expectNoSecret(diagnosis) }
      guard let outer else { return }
      let clear = try await Diagnosis.of("postgresql://app:\(Self.secret)@\(outer):\(server.port)/postgres")
      clear.expect("tls", "warning", "unencrypted", outer, fix: "sslmode=verify-full")
      expectNoSecret(clear)
    }
  }

  @Test("reports the TLS version, the certificate and whether it was verified")
  func tls() async throws {
    try await TemporaryFolder.with { folder in
      let certificate = try await TestCertificate.make(in: folder, days: 400)
      let expiring = try await TestCertificate.make(in: folder, days: 3)
      let settings = [
        "listen_addresses": "127.0.0.1", "ssl": "on", "ssl_cert_file": "server.crt",
        "ssl_key_file": "server.key",
      ]
      try await DebianPostgres.with(settings: settings, files: certificate.files) { server in
        try await PostgresConnection.with(server.configuration) { connection in
          try await connection.runScript("CREATE ROLE app LOGIN PASSWORD '\(Self.secret)'")
        }
        let url = "postgresql://app:\(Self.secret)@localhost:\(server.port)/postgres?sslmode="
        let required = try await Diagnosis.of(url + "require")
        required.expect("tls", "ok", "TLSv1.", "CN=localhost", "not verified (sslmode=require)")
        let unknown = try await Diagnosis.of(url + "verify-full")
        unknown.expect("tls", "failure", "certificate", fix: "sslrootcert")
        #expect(unknown.result.exitCode == 4)
        let checked = try await Diagnosis.of(url + "verify-full&sslrootcert=\(certificate.path)")
        checked.expect("tls", "ok", "399 days left, verified")
        for diagnosis in [required, unknown, checked] { expectNoSecret(diagnosis) }
      }
      try await DebianPostgres.with(settings: settings, files: expiring.files) { server in
        let diagnosis = try await Diagnosis.of(
          "postgresql://app@localhost:\(server.port)/postgres?sslmode=require")
        diagnosis.expect("login", "failure")
        try await PostgresConnection.with(server.configuration) { connection in
          try await connection.runScript("CREATE ROLE app LOGIN PASSWORD 'x'")
        }
        let expires = try await Diagnosis.of(
          "postgresql://app:x@localhost:\(server.port)/postgres?sslmode=require")
        expires.expect("tls", "warning", "2 days left", fix: "renew")
      }
    }
  }

  @Test("reports a replica")
  func replica() async throws {
    try await DebianPostgres.with(isStandby: true) { server in
      let diagnosis = try await Diagnosis.of(server.url)
      diagnosis.expect("writable", "failure", "replica", fix: "primary")
      #expect(diagnosis.result.exitCode == 4)
    }
  }
}

/// A port that accepts connections and never responds. The kernel accepts them without help of the program.
private final class SilentListener: Sendable {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let own = descriptor
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(own, address, size) == 0 && listen(own, 16) == 0 ? getsockname(own, address, &size) : -1
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    try #require(status == 0)
  }

  deinit { close(descriptor) }
}
