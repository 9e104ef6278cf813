import FoundationEssentials

/// A self-signed certificate for a server of a test.
public struct TestCertificate: Sendable {
  /// The certificate's file; it is its own authority.
  public let path: String
  /// The key's file.
  public let keyPath: String
  /// `server.crt` and `server.key` for ``DebianPostgres``.
  public let files: [(name: String, text: String)]

  /// The settings of a server that has ``files``.
  public static let settings = ["ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"]

  /// Makes a certificate.
  ///
  /// - Parameters:
  ///   - folder: where the files go.
  ///   - host: whom the certificate names.
  ///   - days: how long it is good.
  /// - Throws: ``ChildProcess/StartFailure`` if openssl fails.
  public static func make(
    in folder: TemporaryFolder, host: String = "localhost", days: Int = 30
  ) async throws -> TestCertificate {
    let base = "\(folder.path)/\(host)-\(days)"
    let process = try ChildProcess.start(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "\(days)", "-subj", "/CN=\(host)",
        "-keyout", "\(base).key", "-out", "\(base).crt",
      ], environment: ["PATH": "/usr/bin:/bin"])
    let end = try await process.wait()
    guard end.exitCode == 0 else { throw ChildProcess.StartFailure(description: end.errors) }
    func text(_ path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
    return TestCertificate(
      path: "\(base).crt", keyPath: "\(base).key",
      files: [("server.crt", try text("\(base).crt")), ("server.key", try text("\(base).key"))])
  }
}
