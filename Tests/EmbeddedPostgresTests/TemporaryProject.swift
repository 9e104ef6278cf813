import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Testing
import Threads

/// A project directory for one test, deleted afterwards together with its server.
struct TemporaryProject: Sendable {
  let path: String

  /// Runs `body` with a new project. Its servers are stopped and deleted in any case.
  static func use(
    in parent: String = "/tmp", named suffix: String = "", _ body: (TemporaryProject) async throws -> Void
  ) async throws {
    let name = "seed-runner-test-\(UInt64.random(in: .min ... .max))\(suffix)"
    let project = TemporaryProject(path: "\(parent)/\(name)")
    #expect(mkdir(project.path, 0o755) == 0)
    chmod(project.path, 0o755)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(project))
    } catch {
      result = .failure(error)
    }
    for cluster in project.clusters { _ = try? await project.postgres { $0.clusterName = cluster }.destroy() }
    try? FileManager.default.removeItem(atPath: project.path)
    try result.get()
  }

  private var clusters: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/.seed-runner")) ?? []
    return names.isEmpty ? ["postgres"] : names
  }

  var home: String { path + "/.seed-runner/postgres" }
  var data: String { home + "/data" }

  func postgres(_ change: (inout EmbeddedPostgres.Settings) -> Void = { _ in }) -> EmbeddedPostgres {
    var settings = EmbeddedPostgres.Settings(projectDirectory: path)
    // Version 16 is created fastest, and the tests do not depend on the version.
    settings.majorVersion = 16
    settings.serverSettings = ["shared_buffers": "32MB"]
    settings.timeout = .seconds(60)
    change(&settings)
    return EmbeddedPostgres(settings)
  }
}

func owner(of path: String) -> uid_t? {
  var info = stat()
  return lstat(path, &info) == 0 ? info.st_uid : nil
}

func permissions(of path: String) -> mode_t? {
  var info = stat()
  return lstat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
}

func contents(_ path: String) -> String? {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
}

func write(_ text: String, to path: String, like model: String? = nil) throws {
  try Data(text.utf8).write(to: URL(filePath: path))
  var info = stat()
  if let model, lstat(model, &info) == 0 { chown(path, info.st_uid, info.st_gid) }
}

/// Collects the arguments of a callback.
final class Recorder: Sendable {
  private let storage = Lock<[String]>([])
  var lines: [String] { storage.withLock { $0 } }

  func record(_ line: String) { storage.withLock { $0.append(line) } }
}

/// A sleeping program that ends when this object is freed.
struct Sleeper {
  let process: pid_t

  init() throws {
    var process = pid_t()
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("300"), nil]
    defer { for argument in arguments { free(argument) } }
    try #require(posix_spawn(&process, "/bin/sleep", nil, nil, &arguments, nil) == 0)
    self.process = process
  }

  func end() {
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }
}
