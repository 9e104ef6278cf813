import CLibPQ

extension PostgresConfiguration {
  /// Reads a connection string such as `postgresql://user:password@host:5432/database?sslmode=require`.
  ///
  /// The scheme is `postgres` or `postgresql`. A driver name after it, as in SQLAlchemy's `postgresql+asyncpg`, is
  /// ignored. libpq parses the rest, except that `ssl` and `database` are accepted for `sslmode` and `dbname`, and
  /// that a password may contain an unescaped `@`.
  ///
  /// - Throws: ``PostgresError`` with code `invalidConfiguration`. The message never quotes the string, because the
  ///   malformed part may be the password.
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
    var place = String(rest.prefix { $0 != "?" })
    // For libpq the first `@` ends the password, and errors would show the rest of the password as the host.
    if let at = place.prefix(while: { $0 != "/" }).lastIndex(of: "@") {
      // libpq treats an empty password as missing and would read the password file.
      if place[..<at].firstIndex(of: ":").map({ place.index(after: $0) }) == at { password = "" }
      place = String(place[..<at].replacing("@", with: "%40") + place[at...])
    }
    var query = rest.dropFirst(rest.prefix { $0 != "?" }.count).replacing("@", with: "%40")
    for (alias, name) in [("ssl", "sslmode"), ("database", "dbname")] {
      for sign in ["?", "&"] { query = query.replacing("\(sign)\(alias)=", with: "\(sign)\(name)=") }
    }
    for (name, value) in try Self.parsed(place, query) {
      if name == "port", !query.contains("port=") {
        try readPorts(value)
      } else {
        try setParameter(name, to: value)
      }
    }
  }

  /// Reads libpq's environment variables: `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGSSLMODE`,
  /// `PGPASSFILE`, `PGSERVICE`, `PGSSLROOTCERT`, `PGCONNECT_TIMEOUT`, `PGOPTIONS`.
  ///
  /// Returns nil if none of them names a server: host, port, database, user or service.
  ///
  /// - Throws: ``PostgresError`` with code `invalidConfiguration` and the name of the variable.
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

  /// The parameters of a connection string, parsed by libpq.
  private static func parsed(_ place: String, _ query: some StringProtocol) throws -> [(
    name: String, value: String
  )] {
    let url = "postgresql://\(place)\(query)"
    guard !url.utf8.contains(0) else { throw malformed("it contains a NUL character") }
    var words: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(url, &words) else {
      defer { PQfreemem(words) }
      throw fault(words.map { String(cString: $0) } ?? "", place)
    }
    defer { PQconninfoFree(options) }
    var parameters: [(name: String, value: String)] = []
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        let name = String(cString: keyword)
        guard let value = String(validatingCString: value) else { throw misencoded(name) }
        parameters.append((name, value))
      }
      option += 1
    }
    return parameters
  }

  /// The error for libpq's message, which quotes parts of the connection string.
  private static func fault(_ words: String, _ place: String) -> PostgresError {
    let quoted = words.split(separator: "\"").dropFirst().first ?? ""
    if words.contains("IPv6") || words.hasPrefix("unexpected character") {
      return malformed("its host is not a name, an IPv4 address or an IPv6 address in brackets")
    }
    if words.contains("percent-encoded"), place.contains(quoted) {
      return misencoded(place.contains(":\(quoted)@") ? "password" : "user, host or database")
    }
    // Parameter names are letters only. Anything else may be part of a password with an unescaped `?` or `&`, so it
    // is not shown.
    let isName =
      words.hasPrefix("invalid URI query parameter") && quoted.allSatisfy { $0.isLetter || $0 == "_" }
    return PostgresError(
      code: .invalidConfiguration,
      message: isName
        ? "unknown connection parameter '\(quoted)'"
        : "a connection parameter is not name=value with a name that libpq knows (write % as %25 and = as %3D)"
    )
  }

  private static func misencoded(_ part: String) -> PostgresError {
    malformed("its \(part) is not percent-encoded UTF-8 (write % as %25)")
  }

  private mutating func readPorts(_ text: String) throws {
    let ports = text.split(separator: ",", omittingEmptySubsequences: false)
    guard ports.allSatisfy({ $0.isEmpty || (1...65535).contains(Int($0) ?? 0) }) else {
      // Not quoted: if the user part is malformed, this may be a piece of the password.
      throw Self.malformed("the port is not a number from 1 to 65535")
    }
    guard ports.contains(where: { !$0.isEmpty }) else { return }
    port = ports.map { $0.isEmpty ? "5432" : $0 }.joined(separator: ",")
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
