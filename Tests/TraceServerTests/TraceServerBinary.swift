import Dispatch
import FoundationEssentials
import Glibc
import SeedTesting

/// The built program, run as a user runs it, and called over sockets.
struct TraceServerBinary: Sendable {
  let process: ChildProcess
  let port: Int

  static let canary = "canary-51d2-secret"

  /// In the folder of the test bundle, where SwiftPM puts all products.
  static var path: String {
    let bundle = URL(filePath: CommandLine.arguments[0], directoryHint: .notDirectory)
    return bundle.deletingLastPathComponent().appending(path: "trace-server").path
  }

  /// Starts the program with a clean environment.
  static func start(
    _ arguments: [String] = [], url: String?, variables: [String: String] = [:]
  ) throws -> TraceServerBinary {
    let port = try FreePort.find()
    var environment = [
      "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SEED_ENV": "test", "PORT": "\(port)",
      "CAPACITY_IS_PART_OF_ALL": "false", "AUTO_SEED_TIMEOUT": "3600",
    ]
    environment["DATABASE_URL"] = url
    environment.merge(variables) { $1 }
    let process = try ChildProcess.start(path, arguments, environment: environment, directory: "/")
    return TraceServerBinary(process: process, port: Int(port))
  }

  /// Starts the program, waits until it is ready, passes it to `body`, and stops it.
  ///
  /// - Parameters:
  ///   - readyFirst: whether to wait until it is ready.
  ///   - signal: the signal that stops it; nil if `body` has sent one. If `body` throws, the process is killed.
  static func with(
    url: String, arguments: [String] = [], variables: [String: String] = [:], readyFirst: Bool = true,
    signal: Int32? = SIGTERM,
    _ body: (TraceServerBinary) async throws -> Void
  ) async throws -> ChildProcess.End {
    let server = try start(arguments, url: url, variables: variables)
    do {
      if readyFirst { try await server.reach("/health/ready", status: 200) }
      try await body(server)
    } catch {
      server.process.kill()
      let end = try await server.process.wait()
      throw Failure(description: "\(error)\n\(end.errors)")
    }
    if let signal { server.process.signal(signal) }
    return try await server.process.wait()
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Repeats a request until the response has a status.
  func reach(_ path: String, status: Int) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await get(path)?.status != status {
      guard ContinuousClock.now < deadline else { throw Failure(description: "\(path) was never \(status)") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Repeats a request until the body of the response contains a text.
  func reach(_ path: String, containing text: String) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await get(path)?.body.contains(text) != true {
      guard ContinuousClock.now < deadline else { throw Failure(description: "\(path) never had '\(text)'") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  struct Answer: Sendable {
    let status: Int
    let body: String

    /// The value of a string member, found by a pattern.
    func text(_ name: String) -> String? {
      guard let range = body.firstRange(of: "\"\(name)\":\"") else { return nil }
      return String(body[range.upperBound...].prefix { $0 != "\"" })
    }
  }

  func get(_ path: String) async throws -> Answer? {
    try await send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
  }

  func post(_ path: String, _ json: String, token: String? = nil) async throws -> Answer? {
    try await send(
      "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
        + (token.map { "Authorization: Bearer \($0)\r\n" } ?? "")
        + "Content-Length: \(json.utf8.count)\r\n\r\n\(json)")
  }

  func register(_ email: String) async throws -> String {
    let answer = try await post("/api/v1/auth/register", #"{"email": "\#(email)"}"#)
    guard let token = answer?.text("token") else {
      throw Failure(description: "\(String(describing: answer))")
    }
    return token
  }

  /// Sends a request over a new connection; nil if there was no response.
  func send(_ request: String) async throws -> Answer? {
    let port = port
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: Self.exchange(request, port: port)) }
    }
  }

  private static func exchange(_ request: String, port: Int) -> Answer? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { return nil }
    let bytes = Array(request.utf8)
    guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      return nil
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n"),
      let code = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return Answer(status: code, body: String(text[end.upperBound...]))
  }
}
