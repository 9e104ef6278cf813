import Glibc
import SeedKit

extension Doctor {
  /// Bytes below which the check fails. A new cluster takes 60 MB and its write-ahead log another 80 MB.
  private static let leastSpace = 256 << 20
  /// Bytes below which the check warns.
  private static let ampleSpace = 1 << 30

  /// Checks the free space for the data of the embedded server. A client cannot see the disk of other servers.
  func diskSpace() async throws -> DoctorVerdict {
    guard try session.externalConfiguration() == nil else {
      return .skipped("a client cannot see the server's disk; check the server's monitoring")
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
