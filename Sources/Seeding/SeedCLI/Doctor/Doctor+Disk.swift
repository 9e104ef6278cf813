import Glibc
import SeedKit

extension Doctor {
  /// Below this no run is likely to end well: a fresh cluster alone takes 60 MB, its log 80 more.
  private static let leastSpace = 256 << 20
  /// Below this a person should know.
  private static let ampleSpace = 1 << 30

  /// Free space where the embedded server keeps its data. Of a server elsewhere a client cannot know it.
  func diskSpace() async throws -> DoctorVerdict {
    guard try session.externalConfiguration() == nil else {
      return .skipped("a client cannot see the server's disk; check its monitoring")
    }
    let folder = session.invocation.project.path
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else {
      return .failure(
        "\(folder): \(String(cString: strerror(errno)))",
        fix: "set the project folder with --project-path")
    }
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    let found = "\(free >> 20) MB free for the embedded PostgreSQL in \(folder)"
    if free < Self.leastSpace {
      return .failure(
        "\(found); at least \(Self.leastSpace >> 20) MB are required",
        fix: "free space there, or choose another folder with --project-path")
    }
    guard free < Self.ampleSpace else { return .ok(found) }
    return .warning(found, fix: "free space there before loading much data")
  }
}
