import Basics

/// Where and how to connect.
///
/// libpq supplies values for what is nil, from its `PG*` variables, the password file and its defaults, as for
/// `psql`.
public struct PostgresConfiguration: Sendable, Hashable {
  /// A host name, an address, or the directory of a Unix socket. Several, separated by commas, are tried in order.
  public var host: String?
  /// The TCP port, or the number in the name of the socket. 5432 if nil. For several hosts, several ports separated
  /// by commas.
  public var port: String?
  /// The role.
  public var user: String?
  /// The password. If nil, libpq looks in the password file; if empty, it does not.
  public var password: String?
  /// The database. If nil, the one with the role's name.
  public var database: String?
  /// Whether the connection is encrypted and the certificate verified; ``SSLMode/prefer`` if nil.
  public var sslMode: SSLMode?
  /// The timeout of one attempt to connect, over all hosts. 10 seconds by default.
  public var connectTimeout: Duration
  /// The name shown in `pg_stat_activity`. `seed-runner` by default.
  public var applicationName: String
  /// Additional settings by their libpq names, such as `sslrootcert` or `target_session_attrs`.
  public private(set) var options: [String: String] = [:]
  /// When prepared statements are used. Never by default.
  public var preparedStatements = PreparedStatements.never
  /// How long a statement may run without network activity before the server is asked, over a second connection,
  /// whether it is still working on it. 30 seconds by default.
  ///
  /// The connection counts as lost if two checks in a row, a third of this time apart, find that the server is
  /// waiting for this program or does not respond within ``connectTimeout``. With the defaults, that is at most a
  /// minute after the statement began. As long as the server is working, the checks continue and the statement may
  /// take any time.
  public var silenceLimit = Duration.seconds(30)
  /// Called for each notice or warning of the server, on the connection's thread. By default they are discarded.
  public var onNotice: NoticeHandler?

  /// A closure that receives notices.
  public typealias NoticeHandler = @Sendable (PostgresServerMessage) -> Void

  /// Creates a configuration.
  public init(
    host: String? = nil, port: Int? = nil, user: String? = nil, password: String? = nil,
    database: String? = nil, sslMode: SSLMode? = nil, connectTimeout: Duration = .seconds(10),
    applicationName: String = "seed-runner", onNotice: NoticeHandler? = nil
  ) {
    self.host = host
    self.port = port.map(String.init)
    self.user = user
    self.password = password
    self.database = database
    self.sslMode = sslMode
    self.connectTimeout = connectTimeout
    self.applicationName = applicationName
    self.onNotice = onNotice
  }

  /// Whether a connection is encrypted and the server's certificate verified, as in libpq.
  public enum SSLMode: String, Sendable, CaseIterable {
    /// Not encrypted.
    case disable
    /// Encrypted only if the server requires it.
    case allow
    /// Encrypted if the server supports it. The certificate is not verified.
    case prefer
    /// Encrypted; fails if the server does not support it. The certificate is not verified.
    case require
    /// Encrypted, and the certificate must be signed by a trusted authority.
    case verifyCA = "verify-ca"
    /// Encrypted, and the certificate must be trusted and match the host name.
    case verifyFull = "verify-full"
  }

  /// Sets a parameter by its libpq name.
  ///
  /// - Throws: ``PostgresError`` with code `invalidConfiguration` for an unknown name or an invalid value.
  public mutating func setParameter(_ name: String, to value: String) throws {
    switch name {
    case "host", "hostaddr": host = value
    case "port":
      guard value.split(separator: ",").allSatisfy({ (1...65535).contains(Int($0) ?? 0) }) else {
        throw Self.invalid("port", value, expected: "a number from 1 to 65535")
      }
      port = value
    case "user": user = value
    case "password": password = value
    case "dbname", "database": database = value
    case "sslmode", "ssl":
      guard let mode = SSLMode(rawValue: value) else {
        throw Self.invalid(
          name, value, expected: "one of " + SSLMode.allCases.map(\.rawValue).joined(separator: ", "))
      }
      sslMode = mode
    case "connect_timeout":
      guard let seconds = Int(value), seconds >= 0 else {
        throw Self.invalid(name, value, expected: "a number of seconds")
      }
      // In libpq 0 means to wait forever, which no run can want.
      connectTimeout = .seconds(seconds == 0 ? 600 : seconds)
    case "application_name": applicationName = value
    case _ where Self.passedOn.contains(name): options[name] = value
    default:
      throw PostgresError(
        code: .invalidConfiguration, message: "unknown connection parameter '\(name)'")
    }
  }

  /// Selects one server by its address, for configurations with several hosts or addresses.
  mutating func pin(host: String, address: String, port: String) {
    if !host.isEmpty { self.host = host }
    if !port.isEmpty { self.port = port }
    // For a Unix socket, libpq returns its directory.
    if !address.isEmpty, !address.hasPrefix("/") { options["hostaddr"] = address }
  }

  static func invalid(_ name: String, _ value: String, expected: String) -> PostgresError {
    PostgresError(
      code: .invalidConfiguration,
      message: "connection parameter '\(name)' is '\(value)'; expected \(expected)")
  }

  /// Parameters of libpq 15 that are passed on unread. libpq validates their values.
  private static let passedOn: Set<String> = [
    "channel_binding", "client_encoding", "gssencmode", "gsslib", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "krbsrvname", "options", "passfile", "requirepeer",
    "service", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcompression",
    "sslcrl", "sslcrldir", "sslkey", "sslpassword", "sslrootcert", "sslsni", "target_session_attrs",
    "tcp_user_timeout",
  ]

  /// Names and values of the parameters for libpq.
  var parameters: [(name: String, value: String)] {
    var values = options
    values["host"] = host
    values["port"] = port
    values["user"] = user
    values["password"] = password
    values["dbname"] = database
    values["sslmode"] = sslMode?.rawValue
    values["application_name"] = applicationName
    values["client_encoding"] = "UTF8"
    // Detects a network that drops packets within 25 seconds instead of two hours. Not set with a service file,
    // which libpq would override.
    if values["service"] == nil {
      for (name, value) in [
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ] where values[name] == nil {
        values[name] = value
      }
    }
    // Looking for Kerberos credentials takes milliseconds, which only their users should pay.
    if values["gssencmode"] == nil { values["gssencmode"] = "disable" }
    return values.map { ($0.key, $0.value) }
  }

  /// Compares everything except the notice handler.
  public static func == (left: Self, right: Self) -> Bool {
    left.identity == right.identity
  }

  /// Hashes everything except the notice handler.
  public func hash(into hasher: inout Hasher) { hasher.combine(identity) }

  private var identity: [String: String] {
    var identity = Dictionary(
      parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    identity["prepared statements"] = preparedStatements.rawValue
    return identity
  }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The configuration as a connection string with a masked password.
  public var description: String {
    let isDirectory = host?.hasPrefix("/") ?? false
    var text = "postgresql://"
    if let user { text += PercentEncoding.encode(user) + (password == nil ? "@" : ":****@") }
    if !isDirectory { text += (host ?? "") + (port.map { ":\($0)" } ?? "") }
    text += "/" + PercentEncoding.encode(database ?? "")
    guard isDirectory, let host else { return text }
    return text + "?host=\(PercentEncoding.encode(host))" + (port.map { "&port=\($0)" } ?? "")
  }

  /// The same as ``description``, so that debug output has no secrets either.
  public var debugDescription: String { description }

  /// Keeps the password out of `dump`.
  public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension Duration {
  /// The duration in milliseconds.
  package var milliseconds: Double {
    Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
  }

  /// The duration in seconds.
  var seconds: Double { milliseconds / 1000 }
}
