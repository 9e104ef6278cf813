import CLibCrypto
import Glibc

/// A TLS session over the socket of a Redis connection, whose timeouts it keeps.
///
/// The server's certificate must be valid for the host and come from a trusted authority. Not Sendable: it blocks, and
/// is used only on the thread of its ``RedisConnection``.
final class RedisTLS {
  private let context: OpaquePointer
  private let session: OpaquePointer

  /// Negotiates TLS.
  ///
  /// - Parameters:
  ///   - descriptor: a connected socket. It is not closed.
  ///   - host: the host name or address that the certificate must have.
  ///   - authorities: a PEM file of certificate authorities; nil uses the system's.
  init(descriptor: Int32, host: String, authorities: String?) throws(RedisFailure) {
    guard let context = SSL_CTX_new(TLS_client_method()) else {
      throw RedisFailure(message: "OpenSSL cannot be initialized: \(Self.reason)")
    }
    guard let session = SSL_new(context) else {
      SSL_CTX_free(context)
      throw RedisFailure(message: "OpenSSL cannot be initialized: \(Self.reason)")
    }
    self.context = context
    self.session = session
    let isTrusting =
      authorities.map { SSL_CTX_load_verify_locations(context, $0, nil) }
      ?? SSL_CTX_set_default_verify_paths(context)
    guard isTrusting == 1 else {
      throw RedisFailure(
        message: "cannot read the certificate authorities for Redis\(authorities.map { " in \($0)" } ?? "")")
    }
    let parameters = SSL_get0_param(session)
    // An address is compared with the addresses in the certificate, a name with its names.
    let isChecked =
      X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1
      || (SSL_set1_host(session, host) == 1 && crypto_set_server_name(session, host) == 1)
    SSL_set_verify(session, SSL_VERIFY_PEER, nil)
    guard isChecked, SSL_set_fd(session, descriptor) == 1, SSL_connect(session) == 1 else {
      let fault = SSL_get_verify_result(session)
      let reason =
        fault == Int(X509_V_OK)
        ? Self.reason
        : "its certificate is rejected: \(String(cString: X509_verify_cert_error_string(fault)))"
      throw RedisFailure(message: "cannot negotiate TLS with Redis at \(host): \(reason)")
    }
  }

  deinit {
    SSL_free(session)
    SSL_CTX_free(context)
  }

  /// Writes all bytes. Returns false if the connection is broken or the timeout has passed.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { SSL_write(session, $0.baseAddress, Int32(clamping: $0.count)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(Int(count))
    }
    return true
  }

  /// The result of ``read()``.
  enum Received {
    case bytes([UInt8])
    case timedOut
    case closed
  }

  /// Waits for bytes.
  func read() -> Received {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = SSL_read(session, &buffer, Int32(buffer.count))
    if count > 0 { return .bytes(Array(buffer[..<Int(count)])) }
    return SSL_get_error(session, count) == SSL_ERROR_WANT_READ ? .timedOut : .closed
  }

  /// The latest error of OpenSSL on this thread.
  private static var reason: String {
    let code = ERR_get_error()
    guard code != 0 else {
      return errno == 0 ? "the connection was closed" : String(cString: strerror(errno))
    }
    var text = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(code, &text, text.count)
    return RedisFailure.printable(
      String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}
