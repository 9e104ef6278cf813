import CLibCrypto
import CLibPQ

/// How well a connection is protected, as the client knows it.
public struct ConnectionSecurity: Sendable, Hashable {
  /// What a server shows of itself when the connection is encrypted.
  public struct Certificate: Sendable, Hashable {
    /// Whom it names, such as `CN=db.example.com`.
    public let subject: String
    /// Days until it expires; negative once it has.
    public let daysLeft: Int
  }

  /// The version of TLS, such as `TLSv1.3`; nil for a connection in the clear.
  public let tlsVersion: String?
  /// The cipher of an encrypted connection.
  public let cipher: String?
  /// The server's certificate, if the connection is encrypted.
  public let certificate: Certificate?
  /// Whether a password was sent, in whatever form.
  public let usedPassword: Bool
  /// The server's address; nil for a unix socket.
  public let address: String?

  /// Whether nothing that was sent left this machine.
  public var isLocal: Bool {
    guard let address else { return true }
    return address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }
}

extension PostgresConnection {
  /// How well the connection is protected. Asks libpq, not the server: behind a pooler the server would
  /// tell of another connection.
  ///
  /// - Throws: ``PostgresError`` if the connection was closed.
  public func security() throws -> ConnectionSecurity {
    let raw = try live(file: #fileID, line: #line).raw
    func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
    let isEncrypted = PQsslInUse(raw) == 1
    // Over a unix socket this is the socket's folder, or empty.
    let address = text(PQhostaddr(raw)).flatMap { $0.isEmpty || $0.hasPrefix("/") ? nil : $0 }
    return ConnectionSecurity(
      tlsVersion: isEncrypted ? text(PQsslAttribute(raw, "protocol")) ?? "TLS" : nil,
      cipher: isEncrypted ? text(PQsslAttribute(raw, "cipher")) : nil,
      certificate: isEncrypted ? Self.certificate(raw) : nil,
      usedPassword: PQconnectionUsedPassword(raw) == 1, address: address)
  }

  /// The server's certificate; nil if libpq was built with another library than OpenSSL.
  private static func certificate(_ raw: OpaquePointer) -> ConnectionSecurity.Certificate? {
    guard let ssl = PQsslStruct(raw, "OpenSSL"),
      let certificate = SSL_get1_peer_certificate(OpaquePointer(ssl))
    else { return nil }
    defer { X509_free(certificate) }
    var subject = [CChar](repeating: 0, count: 256)
    X509_NAME_oneline(X509_get_subject_name(certificate), &subject, Int32(subject.count))
    let name = String(decoding: subject.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var days: Int32 = 0
    var seconds: Int32 = 0
    // Without a start the difference is taken from now.
    guard ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(certificate)) == 1 else { return nil }
    return ConnectionSecurity.Certificate(
      subject: name.split(separator: "/").joined(separator: ", "), daysLeft: Int(days))
  }
}
