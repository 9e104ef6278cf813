extension PostgresConfiguration {
  /// Reads a connection string such as `postgresql://user:password@host:5432/database?sslmode=require`.
  ///
  /// The scheme is `postgres` or `postgresql`; a driver's name behind it, as SQLAlchemy writes
  /// (`postgresql+asyncpg`), is dropped. The directory of a unix socket is given as `?host=/path` or
  /// percent-encoded in place of the host. Further parameters are libpq's.
  ///
  /// - Throws: ``PostgresError`` with code `invalidConfiguration`. The message never quotes the
  ///   string, because its password may be what is malformed.
  public init(url: String) throws {
    self.init()
    guard let schemeEnd = url.firstRange(of: "://") else {
      throw Self.malformed("it does not start with postgresql://")
    }
    let scheme = url[..<schemeEnd.lowerBound].split(separator: "+").first.map { $0.lowercased() }
    guard scheme == "postgresql" || scheme == "postgres" else {
      throw Self.malformed("its scheme is neither postgresql nor postgres")
    }
    let rest = url[schemeEnd.upperBound...]
    let (beforeQuery, query) = Self.cut(rest, at: "?")
    let (authority, path) = Self.cut(beforeQuery, at: "/")
    // The last `@` divides, so that a password with an unescaped `@` does not end up as a host.
    if let at = authority.lastIndex(of: "@") {
      let (user, password) = Self.cut(authority[..<at], at: ":")
      if !user.isEmpty { self.user = try Self.decoded(user, "user") }
      self.password = try password.map { try Self.decoded($0, "password") }
      try readHosts(authority[authority.index(after: at)...])
    } else {
      try readHosts(authority)
    }
    if let path, !path.isEmpty { database = try Self.decoded(path, "database") }
    for pair in (query ?? "").split(separator: "&") {
      let (name, value) = Self.cut(pair, at: "=")
      try setParameter(
        try Self.decoded(name, "parameter"), to: try Self.decoded(value ?? "", "value of '\(name)'"))
    }
  }

  /// Reads the variables that libpq's programs share: `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`,
  /// `PGDATABASE`, `PGSSLMODE`, `PGPASSFILE`, `PGSERVICE`, `PGSSLROOTCERT`, `PGCONNECT_TIMEOUT`,
  /// `PGOPTIONS`.
  ///
  /// Returns nil when none is set that names a server: host, port, database, user or service.
  ///
  /// - Throws: ``PostgresError`` with code `invalidConfiguration`, naming the variable.
  public init?(environment: [String: String]) throws {
    let names = [
      "PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password",
      "PGDATABASE": "dbname", "PGSSLMODE": "sslmode", "PGPASSFILE": "passfile",
      "PGSERVICE": "service", "PGSSLROOTCERT": "sslrootcert",
      "PGCONNECT_TIMEOUT": "connect_timeout", "PGOPTIONS": "options",
    ]
    let given = environment.filter { names[$0.key] != nil && !$0.value.isEmpty }
    guard ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE"].contains(where: { given[$0] != nil })
    else { return nil }
    self.init()
    for (variable, value) in given {
      guard let name = names[variable] else { continue }
      do {
        try setParameter(name, to: value)
      } catch let error as PostgresError {
        throw PostgresError(code: error.code, message: "\(variable): \(error.message)")
      }
    }
  }

  private mutating func readHosts(_ text: Substring) throws {
    guard !text.isEmpty else { return }
    var hosts: [String] = []
    var ports: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      var host = part
      var port: Substring = ""
      // The colons of an address in brackets are not the one before the port.
      let searched = part.lastIndex(of: "]").map { part[$0...] } ?? part
      if let colon = searched.lastIndex(of: ":") {
        host = part[..<colon]
        port = part[part.index(after: colon)...]
      }
      if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
      hosts.append(try Self.decoded(host, "host"))
      ports.append(String(port))
    }
    host = hosts.joined(separator: ",")
    guard ports.contains(where: { !$0.isEmpty }) else { return }
    guard ports.allSatisfy({ $0.isEmpty || (1...65535).contains(Int($0) ?? 0) }) else {
      // Not quoted: with a malformed user part this can be a piece of the password.
      throw Self.malformed("what follows the host's colon is not a port from 1 to 65535")
    }
    port = ports.map { $0.isEmpty ? "5432" : $0 }.joined(separator: ",")
  }

  private static func cut(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
    guard let index = text.firstIndex(of: separator) else { return (text, nil) }
    return (text[..<index], text[text.index(after: index)...])
  }

  private static func decoded(_ text: Substring, _ part: String) throws -> String {
    guard let decoded = PercentEncoding.decode(text), !decoded.utf8.contains(0) else {
      throw malformed("its \(part) is not percent-encoded UTF-8 (write % as %25)")
    }
    return decoded
  }

  private static func malformed(_ reason: String) -> PostgresError {
    PostgresError(
      code: .invalidConfiguration,
      message: """
        the connection string is malformed: \(reason). \
        Expected postgresql://user:password@host:port/database
        """)
  }
}
