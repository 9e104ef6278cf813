import FoundationEssentials

/// A self-signed certificate for a test server.
public struct TestCertificate: Sendable {
  /// The path of the certificate, which is its own authority.
  public let path: String
  /// The path of the key.
  public let keyPath: String
  /// `server.crt` and `server.key` for ``DebianPostgres``.
  public let files: [(name: String, text: String)]

  /// The settings of a server with ``files``.
  public static let settings = ["ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"]

  /// Creates a certificate.
  ///
  /// - Parameters:
  ///   - folder: the folder of the files.
  ///   - host: the host name of the certificate.
  ///   - days: the validity in days.
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
