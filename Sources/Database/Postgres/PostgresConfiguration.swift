import Basics

/// Where and how to connect.
///
/// What is nil is left to libpq, which takes it from its `PG*` variables, the password file and its
/// own defaults, just as `psql` does.
public struct PostgresConfiguration: Sendable, Hashable {
  /// A host name, an address, or the directory of a unix socket. Several, separated by commas, are
  /// tried in turn.
  public var host: String?
  /// A TCP port, or the number in the socket's name. 5432 if nil. Several go with several hosts.
  public var port: String?
  /// The role.
  public var user: String?
  /// The password. Nil takes it from the password file, which is not the same as an empty one.
  public var password: String?
  /// The database; the role's name if nil.
  public var database: String?
  /// How far the connection must be encrypted; ``SSLMode/prefer`` if nil.
  public var sslMode: SSLMode?
  /// How long one attempt to connect may take, all hosts together. 10 seconds by default.
  public var connectTimeout: Duration
  /// The name shown in `pg_stat_activity`. `seed-runner` by default.
  public var applicationName: String
  /// Further settings by libpq's own names, such as `sslrootcert` or `target_session_attrs`.
  public private(set) var options: [String: String] = [:]
  /// Whether the server keeps statements that ask for it. Never by default.
  public var preparedStatements = PreparedStatements.never
  /// How long a statement may be silent before the server is asked, over a second connection, whether it is
  /// still working on it. 30 seconds by default.
  ///
  /// The connection counts as lost when twice in a row, a third of this time apart, the server waits for this
  /// program or gives no answer within ``connectTimeout``: with the defaults at most a minute after the statement
  /// began. While the server works, it is asked again and again, and the statement may take as long as it needs.
  public var silenceLimit = Duration.seconds(30)
  /// Called with each notice or warning of the server, on the connection's thread. They are
  /// dropped by default.
  public var onNotice: NoticeHandler?

  /// Receives notices.
  public typealias NoticeHandler = @Sendable (PostgresServerMessage) -> Void

  /// Makes a configuration from its parts.
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

  /// How far a connection is encrypted and the server's certificate checked, as libpq has it.
  public enum SSLMode: String, Sendable, CaseIterable {
    /// Never encrypted.
    case disable
    /// Encrypted only if the server insists.
    case allow
    /// Encrypted if the server can; the certificate is not checked.
    case prefer
    /// Encrypted or not at all; the certificate is not checked.
    case require
    /// Encrypted, and the certificate comes from an authority that is trusted.
    case verifyCA = "verify-ca"
    /// Encrypted, the certificate is trusted and names the host.
    case verifyFull = "verify-full"
  }

  /// Sets one of libpq's parameters by its name.
  ///
  /// - Throws: ``PostgresError`` with code `invalidConfiguration` for a name that libpq does not
  ///   have or a value that does not fit.
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
      // libpq's meaning of 0 is "for ever", which no run can want.
      connectTimeout = .seconds(seconds == 0 ? 600 : seconds)
    case "application_name": applicationName = value
    case _ where Self.passedOn.contains(name): options[name] = value
    default:
      throw PostgresError(
        code: .invalidConfiguration, message: "unknown connection parameter '\(name)'")
    }
  }

  /// Names one server by its address, where the host may be several or have several addresses.
  mutating func pin(host: String, address: String, port: String) {
    if !host.isEmpty { self.host = host }
    if !port.isEmpty { self.port = port }
    // Of a unix socket libpq tells the folder.
    if !address.isEmpty, !address.hasPrefix("/") { options["hostaddr"] = address }
  }

  static func invalid(_ name: String, _ value: String, expected: String) -> PostgresError {
    PostgresError(
      code: .invalidConfiguration,
      message: "connection parameter '\(name)' is '\(value)'; expected \(expected)")
  }

  /// Parameters of libpq 15 that need no reading on our side; libpq checks their values.
  private static let passedOn: Set<String> = [
    "channel_binding", "client_encoding", "gssencmode", "gsslib", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "krbsrvname", "options", "passfile", "requirepeer",
    "service", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcompression",
    "sslcrl", "sslcrldir", "sslkey", "sslpassword", "sslrootcert", "sslsni", "target_session_attrs",
    "tcp_user_timeout",
  ]

  /// Names and values as libpq takes them.
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
    // A network that loses packets is noticed within 25 seconds, not two hours. A service file may say otherwise,
    // but libpq gives way to what is set here.
    if values["service"] == nil {
      for (name, value) in [
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ] where values[name] == nil {
        values[name] = value
      }
    }
    // Looking for Kerberos credentials costs milliseconds that only their users should pay.
    if values["gssencmode"] == nil { values["gssencmode"] = "disable" }
    return values.map { ($0.key, $0.value) }
  }

  /// Compares all but the notice handler.
  public static func == (left: Self, right: Self) -> Bool {
    left.identity == right.identity
  }

  /// Hashes all but the notice handler.
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
  /// The configuration as a connection string whose password is masked.
  public var description: String {
    let isDirectory = host?.hasPrefix("/") ?? false
    var text = "postgresql://"
    if let user { text += PercentEncoding.encode(user) + (password == nil ? "@" : ":****@") }
    if !isDirectory { text += (host ?? "") + (port.map { ":\($0)" } ?? "") }
    text += "/" + PercentEncoding.encode(database ?? "")
    guard isDirectory, let host else { return text }
    return text + "?host=\(PercentEncoding.encode(host))" + (port.map { "&port=\($0)" } ?? "")
  }

  /// The same as ``description``: no secret even when debugging.
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
