/// The reason why a connection failed, recognized from libpq's message.
///
/// For errors on the client's side libpq has no codes, only messages. These are the messages of libpq 15 to 18.
/// libpq translates them only in a program that calls `setlocale`. Then none is recognized, and every such error
/// counts as transient.
public enum ConnectionFault: Sendable, Hashable {
  /// The server did not respond: refused, timed out, or closed the connection without a message. Transient.
  case unanswered
  /// The connection fails until the cause is fixed.
  case permanent(fix: String)

  /// Recognizes a message.
  ///
  /// - Parameter message: libpq's message, with a part for each address and each method tried.
  /// - Returns: nil if the message is unknown. A permanent fault only if every attempt has one, because another
  ///   address may respond later.
  init?(message: String) {
    let marker = "connection to server "
    var attempts = message.components(separatedAt: marker)
    if attempts.count > 1, attempts[0].isEmpty { attempts.removeFirst() }
    let faults = attempts.map { attempt in
      Self.permanent.first { $0.texts.contains { attempt.contains($0) } }
    }
    if let last = faults.last, let last, !faults.contains(where: { $0 == nil }) {
      self = .permanent(fix: last.fix)
    } else if let last = attempts.last, Self.silentWords.contains(where: { last.contains($0) }) {
      self = .unanswered
    } else {
      return nil
    }
  }

  /// The fault for a SQLSTATE that is misleading during connection: a connection option that does not exist or has
  /// an invalid value.
  init?(sqlState: SQLState) {
    guard ["22", "42"].contains(sqlState.classCode), sqlState != .insufficientPrivilege else { return nil }
    self = .permanent(fix: "correct 'options' in DATABASE_URL or PGOPTIONS.")
  }

  private static let silentWords = [
    "Connection refused", "Connection reset", "Connection timed out", "timeout expired", "No route to host",
    "Network is unreachable", "Host is down", "server closed the connection unexpectedly",
    "No such file or directory",
  ]

  private static let permanent: [(texts: [String], fix: String)] = [
    (
      ["certificate verify failed"],
      """
      set sslrootcert to the certificate of the CA that signed the server's certificate. \
      If the server's certificate has expired, renew it.
      """
    ),
    (
      [
        "does not match host name", "could not get server's host name from server certificate",
        "host name must be specified", "SSL certificate's name", "SSL certificate's address",
      ],
      """
      connect with a host name in the server's certificate, or use sslmode=verify-ca, which does not check the \
      name.
      """
    ),
    (
      [
        "root certificate file", "could not get home directory to locate root certificate",
        "could not load system root certificate", "weak sslmode",
      ],
      """
      set sslrootcert to the CA's certificate file, or use an sslmode that needs none \
      (sslmode=require does not check the certificate).
      """
    ),
    (
      ["server does not support SSL, but SSL was required"],
      "enable TLS on the server (ssl = on), or use sslmode=prefer if the network is trusted."
    ),
    (
      [
        "could not load private key file", "could not stat private key file", "private key file",
        "could not read certificate file", "could not open certificate file", "could not load SSL engine",
        "could not read private SSL key", "could not load private SSL key", "certificate required",
        "alert unknown ca", "alert bad certificate", "alert certificate", "alert decrypt error",
        "server did not request an SSL certificate",
        "server accepted connection without a valid SSL certificate",
      ],
      """
      set sslcert and sslkey to a client certificate that the server accepts and to its key. Only the owner \
      may have access to the key file (chmod 600).
      """
    ),
    (
      [
        "SSL protocol version", "unsupported protocol", "no protocols available", "alert protocol version",
        "alert handshake failure", "wrong version number",
      ],
      "allow a TLS version that client and server support: see ssl_min_protocol_version and ssl_max_protocol_version."
    ),
    (
      ["service file", "definition of service"],
      """
      correct the name in 'service' or PGSERVICE, or add the service to ~/.pg_service.conf or to the file that \
      PGSERVICEFILE names.
      """
    ),
    (
      [
        "invalid connection option", "invalid integer value", "invalid port number", "could not match ",
        "could not parse network address", "Unix-domain socket path", "invalid sslmode value",
        "invalid channel_binding value",
        "invalid gssencmode value", "invalid target_session_attrs value", "invalid ssl",
        "invalid require_auth value",
        "invalid load_balance_hosts value", "invalid min_protocol_version value",
        "invalid max_protocol_version value",
        "invalid when SSL support is not compiled in", "requirepeer parameter is not supported",
      ],
      "correct the parameter in DATABASE_URL, in its PG* variable or in the service file."
    ),
    (
      [
        "authentication not supported", "authentication method",
        "none of the server's SASL authentication mechanisms",
        "channel binding", "incorrect server signature", "GSSAPI encryption required but",
        "could not initiate GSSAPI security context", "requirepeer specifies",
        "server did not complete authentication",
        "server requested an unknown authentication type",
      ],
      """
      use an authentication method that client and server support: see pg_hba.conf on the server, and channel_binding, \
      require_auth, requirepeer and gssencmode here.
      """
    ),
    (
      ["protocol version not supported by server", "protocol extension", "protocol negotiation message"],
      "the server's protocol is too old for this client; use PostgreSQL 15 or newer."
    ),
    (
      ["failed: Permission denied"],
      "grant this operating-system user access to the server's socket, or connect over TCP."
    ),
    (
      // pgbouncer's messages, which have the SQLSTATE of a broken connection.
      [
        "no such database", "no such user", "unsupported startup parameter", "SSL required",
        "TLS connection required",
        "TLS client certificate required", "certificate authentication failed", "SASL authentication failed",
      ],
      "correct the database, the user or the parameter in DATABASE_URL, or pgbouncer's settings."
    ),
  ]
}

extension String {
  fileprivate func components(separatedAt separator: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return parts + [rest]
  }
}
