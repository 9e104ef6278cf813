/// The contents of the server's configuration files.
struct ServerConfiguration: Equatable {
  static let fileName = "seed-runner.conf"
  private static let mapName = "seed_runner"

  var settings: ServerSettings
  var port: Int
  var listensOnTCP: Bool
  var socketDirectory: String
  var isDisposable = false
  /// Later settings take precedence, so these override the recommended ones.
  var extra: [String: String] = [:]

  /// Where the server listens. Also given on its command line, which ALTER SYSTEM cannot override.
  var access: [ServerSettings.Setting] {
    [
      .init(name: "port", value: "\(port)", reason: "TCP, and the number in the socket's name"),
      .init(
        name: "listen_addresses", value: listensOnTCP ? "127.0.0.1,::1" : "",
        reason: listensOnTCP ? "this machine only" : "no TCP: only the socket below"),
      // The value is a list. Double quotes are needed for a path with spaces.
      .init(
        name: "unix_socket_directories", value: "\"\(socketDirectory)\"",
        reason: "a directory that only the server's user may enter"),
      .init(name: "unix_socket_permissions", value: "0700", reason: "only the server's user can connect"),
    ]
  }

  /// The contents of the file that `postgresql.conf` includes.
  var text: String {
    var lines = [
      "# Written by seed-runner at every start; put your own settings into postgresql.conf.", "",
    ]
    func add(_ name: String, _ value: String, _ reason: String) {
      lines.append("\(name) = \(Self.quoted(value))  # \(reason)")
    }
    for setting in access { add(setting.name, setting.value, setting.reason) }
    if isDisposable {
      for name in ["fsync", "full_page_writes"] { add(name, "off", "the data may be lost") }
    }
    for setting in settings.settings where extra[setting.name] == nil {
      add(setting.name, setting.value, setting.reason)
    }
    for (name, value) in extra.sorted(by: { $0.key < $1.key }) { add(name, value, "as configured") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `pg_hba.conf`: who may connect. Never without authentication.
  static func hostBasedAccess(listensOnTCP: Bool) -> String {
    var text = """
      # Written by seed-runner at every start.
      # The socket: peer authentication for the users in pg_ident.conf.
      local all all peer map=\(mapName)

      """
    if listensOnTCP {
      text += """
        # TCP from this machine only, with the password in the passfile.
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256

        """
    }
    return text
  }

  /// `pg_ident.conf`: the operating-system users that may connect.
  ///
  /// - Parameter roles: listed one by one before PostgreSQL 16, which has no keyword for any role.
  static func userMap(serverUser: String, roles: [String], majorVersion: Int) -> String {
    var users = [serverUser]
    if serverUser != "root" { users.append("root") }
    let targets = majorVersion >= 16 ? ["all"] : roles.map(hostBasedQuoted)
    let lines = users.flatMap { user in
      targets.map { "\(mapName) \(hostBasedQuoted(user)) \($0)" }
    }
    return "# Written by seed-runner at every start.\n" + lines.joined(separator: "\n") + "\n"
  }

  /// In quotes, names are not keywords such as `all`, and before version 16 a leading slash is not a regular
  /// expression.
  private static func hostBasedQuoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  private static func quoted(_ value: String) -> String {
    "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
  }

  /// Rejects settings that could open the server to others or that the embedded server needs itself.
  static func check(extra: [String: String]) throws {
    let own: Set<String> = [
      "port", "listen_addresses", "unix_socket_directories", "unix_socket_permissions",
      "unix_socket_group", "data_directory", "config_file", "hba_file", "ident_file",
      "external_pid_file", "include", "include_dir", "include_if_exists", "ssl", "log_destination",
      "logging_collector", "fsync", "full_page_writes",
    ]
    for (name, value) in extra.sorted(by: { $0.key < $1.key }) {
      let isName =
        name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        && name.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
          default: false
          }
        }
      guard isName else {
        throw invalid(
          "invalid server setting name '\(name)'", "use a name from PostgreSQL's manual")
      }
      guard !own.contains(name.lowercased()) else {
        throw invalid(
          "the server setting '\(name)' cannot be changed: seed-runner manages it",
          "remove it, or set DATABASE_URL to use your own server")
      }
      guard !value.utf8.contains(where: { $0 < 0x20 }) else {
        throw invalid("the value of the server setting '\(name)' contains a control character", "remove it")
      }
    }
  }

  private static func invalid(_ message: String, _ fix: String) -> EmbeddedPostgresError {
    EmbeddedPostgresError(.invalidSettings, message, fix: fix)
  }
}
