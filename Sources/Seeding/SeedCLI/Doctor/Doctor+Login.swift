import Postgres
import SeedKit
import Threads

extension Doctor {
  /// Connects, and distinguishes a rejected login from a missing database and from failed TLS negotiation.
  ///
  /// - Returns: the connection; nil if connecting failed.
  func logIn(
    _ configuration: PostgresConfiguration, _ report: inout DoctorReport
  ) async -> PostgresConnection? {
    do {
      let connection = try await TimeLimit.run(configuration.connectTimeout + .seconds(2)) {
        try await PostgresConnection.connect(configuration)
      }
      let security = try await connection.security()
      report[.login] = .ok(
        security.usedPassword ? "accepted, with a password" : "accepted, without a password")
      report[.database] = .ok("'\(configuration.database ?? configuration.user ?? "")' exists")
      report[.tls] = Self.tls(security, configuration)
      return connection
    } catch let error as PostgresError {
      assign(error, in: &report)
    } catch is TimeLimit.Exceeded {
      report[.login] = timedOut(after: configuration.connectTimeout)
    } catch {
      report[.login] = Self.verdict(of: error)
    }
    return nil
  }

  /// Assigns a failed connection attempt to the check that it belongs to.
  private func assign(_ error: PostgresError, in report: inout DoctorReport) {
    let words = error.message
    if error.sqlState == .invalidCatalogName {
      // The server looks for the database only after authentication.
      report[.login] = .ok("accepted")
      report[.database] = .failure(
        words, fix: "create it ('createdb NAME'), or correct the name of the database in DATABASE_URL")
      return
    }
    if error.sqlState == nil, words.contains("SSL") || words.contains("certificate") {
      report[.tls] = .failure(
        words,
        fix: words.contains("certificate")
          ? "set sslrootcert to the CA that signed the server's certificate, and use a host name that the certificate lists"
          : "enable TLS on the server, or lower sslmode in DATABASE_URL")
      report[.login] = .skipped("TLS could not be negotiated")
      return
    }
    report[.login] = .failure(words, fix: loginFix(error))
  }

  private func loginFix(_ error: PostgresError) -> String {
    switch error.sqlState?.rawValue {
    case "28P01": "correct the user and password in DATABASE_URL, PGPASSWORD or the password file"
    case "28000":
      "allow this user and host in the server's pg_hba.conf, or correct the user in DATABASE_URL"
    case "53300": "close unused connections, or raise max_connections"
    case "57P03":
      "wait until the server has started or recovered, then run '\(session.programName) doctor' again"
    case "42501": "run: GRANT CONNECT ON DATABASE … TO …"
    case "55000": "run: ALTER DATABASE … ALLOW_CONNECTIONS true"
    default:
      error.sqlState == nil
        ? "see the check 'port', and make sure that PostgreSQL listens on it"
        : "correct what the server reports, then run '\(session.programName) doctor' again"
    }
  }

  /// Checks encryption and the certificate of the connection.
  static func tls(_ security: ConnectionSecurity, _ configuration: PostgresConfiguration) -> DoctorVerdict {
    guard let version = security.tlsVersion else {
      guard !security.isLocal else { return .ok("not in use; the server is on this machine") }
      guard security.usedPassword else {
        return .ok("not in use; no password was sent to \(security.address ?? "the server")")
      }
      return .warning(
        "not in use: the password and all rows are sent unencrypted to \(security.address ?? "the server")",
        fix: "enable TLS on the server and add sslmode=verify-full to DATABASE_URL")
    }
    let mode = configuration.sslMode ?? .prefer
    let isChecked = mode == .verifyFull || mode == .verifyCA
    var found = "\(version)\(security.cipher.map { " with \($0)" } ?? "")"
    if let certificate = security.certificate {
      found += "; certificate of \(certificate.subject), \(Text.count(certificate.daysLeft, "day")) left"
    }
    found += isChecked ? ", verified" : ", not verified (sslmode=\(mode.rawValue))"
    if let days = security.certificate?.daysLeft, days < 14 {
      return .warning(found, fix: "renew the server's certificate before it expires")
    }
    return .ok(found)
  }
}
