import CLibCrypto
import CLibPQ

/// How a connection is protected, as seen by the client.
public struct ConnectionSecurity: Sendable, Hashable {
  /// The server's certificate.
  public struct Certificate: Sendable, Hashable {
    /// The subject, such as `CN=db.example.com`.
    public let subject: String
    /// Days until it expires; negative if it has expired.
    public let daysLeft: Int
  }

  /// The TLS version, such as `TLSv1.3`; nil if the connection is not encrypted.
  public let tlsVersion: String?
  /// The cipher; nil if the connection is not encrypted.
  public let cipher: String?
  /// The server's certificate; nil if the connection is not encrypted.
  public let certificate: Certificate?
  /// Whether a password was sent, in any form.
  public let usedPassword: Bool
  /// The server's address; nil for a Unix socket.
  public let address: String?

  /// Whether the connection stays on this machine.
  public var isLocal: Bool {
    guard let address else { return true }
    return address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }
}

extension PostgresConnection {
  /// How the connection is protected. Asks libpq instead of the server, because behind a pooler the server would
  /// describe another connection.
  ///
  /// - Throws: ``PostgresError`` if the connection was closed.
  public func security() throws -> ConnectionSecurity {
    let raw = try live(file: #fileID, line: #line).raw
    func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
    let isEncrypted = PQsslInUse(raw) == 1
    // For a Unix socket this is empty or the socket's directory.
    let address = text(PQhostaddr(raw)).flatMap { $0.isEmpty || $0.hasPrefix("/") ? nil : $0 }
    return ConnectionSecurity(
      tlsVersion: isEncrypted ? text(PQsslAttribute(raw, "protocol")) ?? "TLS" : nil,
      cipher: isEncrypted ? text(PQsslAttribute(raw, "cipher")) : nil,
      certificate: isEncrypted ? Self.certificate(raw) : nil,
      usedPassword: PQconnectionUsedPassword(raw) == 1, address: address)
  }

  /// The server's certificate; nil if libpq was not built with OpenSSL.
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
    // A nil start means the current time.
    guard ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(certificate)) == 1 else { return nil }
    return ConnectionSecurity.Certificate(
      subject: name.split(separator: "/").joined(separator: ", "), daysLeft: Int(days))
  }
}
