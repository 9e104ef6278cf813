import Basics

/// The address and the credentials of a Redis server.
struct RedisAddress: Sendable, Equatable {
  enum Place: Sendable, Equatable {
    /// - Parameter usesTLS: whether the connection is encrypted and the server's certificate is checked.
    case tcp(host: String, port: Int, usesTLS: Bool = false)
    case unix(path: String)
  }

  let place: Place
  var user: String?
  var password: String?
  var database = 0
  /// A PEM file of certificate authorities for TLS; nil uses the system's.
  var authorities: String?

  /// Parses `redis[s]://[user[:password]@]host[:port][/database]` or `unix://[user:password@]/path[?db=database]`. User
  /// and password are percent-decoded.
  ///
  /// - Throws: ``RateLimitError`` with code `invalidConfiguration`. The message never quotes the string, because the
  ///   malformed part may be the password.
  init(url: String) throws(RateLimitError) {
    let (scheme, rest) = Self.cut(url[...], at: ":")
    guard var rest else { throw Self.malformed("it has no scheme") }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
    } else if scheme != "unix" {
      throw Self.malformed("its scheme is not followed by //")
    }
    let (beforeQuery, query) = Self.cut(rest, at: "?")
    let (authority, path) = Self.cut(beforeQuery, at: "/")
    // Split at the last `@`, so that no part of a password with an unescaped `@` is taken for a host.
    let at = authority.lastIndex(of: "@")
    let host = at.map { authority[authority.index(after: $0)...] } ?? authority
    switch scheme.lowercased() {
    case "redis", "rediss":
      guard query == nil else {
        throw Self.malformed("redis:// has no parameters; put the database after a slash")
      }
      place = try Self.tcp(host, usesTLS: scheme.lowercased() == "rediss")
      database = try Self.number(path ?? "")
    case "unix":
      guard host.isEmpty, let path else {
        throw Self.malformed("the socket path does not start with /")
      }
      place = try Self.unix(path)
      if let query {
        guard query.hasPrefix("db=") else { throw Self.malformed("the only allowed parameter is db") }
        database = try Self.number(query.dropFirst(3))
      }
    default: throw Self.malformed("its scheme is not redis, rediss or unix")
    }
    if let at { try readCredentials(authority[..<at]) }
  }

  /// The same with a password that is not part of the URL.
  ///
  /// - Parameters:
  ///   - password: the password; nil for the one in the URL, if any.
  ///   - authorities: a PEM file of certificate authorities for TLS.
  init(url: String, password: String?, authorities: String?) throws(RateLimitError) {
    try self.init(url: url)
    self.authorities = authorities
    guard let password else { return }
    guard self.password == nil else {
      throw RateLimitError(
        code: .invalidConfiguration,
        message: "the Redis password is given twice: in the connection string and in a file")
    }
    self.password = password
  }

  private mutating func readCredentials(_ text: Substring) throws(RateLimitError) {
    let (user, password) = Self.cut(text, at: ":")
    guard let password, !password.isEmpty else {
      throw Self.malformed("it has a user but no password (without a user, write redis://:password@host)")
    }
    if !user.isEmpty { self.user = try Self.decoded(user, "user") }
    self.password = try Self.decoded(password, "password")
  }

  private static func tcp(_ text: Substring, usesTLS: Bool) throws(RateLimitError) -> Place {
    var host = text
    var port = 6379
    // Skip the colons of an IPv6 address in brackets.
    let searched = text.lastIndex(of: "]").map { text[$0...] } ?? text
    if let colon = searched.lastIndex(of: ":") {
      host = text[..<colon]
      // Not quoted: if the user part is malformed, this can be a piece of the password.
      guard let number = Int(text[text.index(after: colon)...]), (1...65535).contains(number) else {
        throw malformed("the port is not a number from 1 to 65535")
      }
      port = number
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let isPlain = host.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._:%".utf8.contains(byte)
    }
    guard !host.isEmpty, isPlain else { throw malformed("the host is missing or has invalid characters") }
    return .tcp(host: String(host), port: port, usesTLS: usesTLS)
  }

  private static func unix(_ text: Substring) throws(RateLimitError) -> Place {
    let path = "/" + (try decoded(text, "path"))
    // sun_path of sockaddr_un has 108 bytes, including the NUL.
    guard (2...107).contains(path.utf8.count) else {
      throw malformed("the socket path is empty or longer than 107 bytes")
    }
    return .unix(path: path)
  }

  private static func number(_ text: Substring) throws(RateLimitError) -> Int {
    if text.isEmpty { return 0 }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number <= 1_000_000
    else { throw malformed("the database is not a number") }
    return number
  }

  private static func cut(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
    guard let index = text.firstIndex(of: separator) else { return (text, nil) }
    return (text[..<index], text[text.index(after: index)...])
  }

  private static func decoded(_ text: Substring, _ part: String) throws(RateLimitError) -> String {
    guard let decoded = PercentEncoding.decode(text.utf8), !decoded.utf8.contains(where: { $0 < 0x20 }) else {
      throw malformed("the \(part) is not percent-encoded UTF-8 (write % as %25)")
    }
    return decoded
  }

  private static func malformed(_ reason: String) -> RateLimitError {
    RateLimitError(
      code: .invalidConfiguration,
      message: """
        the Redis connection string is malformed: \(reason). \
        Expected redis://user:password@host:port/database, rediss:// for TLS, or unix:///path/of/socket
        """)
  }
}

extension RedisAddress: CustomStringConvertible {
  /// The host and port, or the path of the socket; never the user or password.
  var description: String {
    switch place {
    case .tcp(let host, let port, _): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }
}
