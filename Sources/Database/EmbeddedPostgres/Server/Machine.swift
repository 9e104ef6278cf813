import Glibc

/// What this machine, or the container we are in, has to offer.
struct Machine: Equatable {
  /// Bytes of memory that may be used.
  var memoryBytes: Int
  /// Processors that may be used at the same time, at least 1.
  var cores: Int
  /// Size of `/dev/shm`; nil if there is none.
  var sharedMemoryBytes: Int?

  static func current() -> Machine {
    let memory = memoryTotal(FileSystem.read("/proc/meminfo") ?? "") ?? 2 << 30
    let groups = FileSystem.read("/proc/self/cgroup") ?? ""
    let limits = memoryLimitFiles(groups).compactMap { FileSystem.read($0).flatMap(memoryLimit) }
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let quotas = cpuLimitFiles(groups).compactMap { FileSystem.read($0).flatMap(cpuLimit) }
    var shared = statvfs()
    let hasShared = statvfs("/dev/shm", &shared) == 0
    return Machine(
      memoryBytes: ([memory] + limits).min() ?? memory,
      cores: max(1, ([processors] + quotas).min() ?? processors),
      sharedMemoryBytes: hasShared ? Int(shared.f_blocks) * Int(shared.f_frsize) : nil)
  }

  /// `MemTotal` of `/proc/meminfo` in bytes.
  static func memoryTotal(_ text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemTotal:") }) else {
      return nil
    }
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// Bytes of a control group's limit; nil for "max".
  static func memoryLimit(_ text: String) -> Int? {
    // Version 1 writes "no limit" as a number near 2^63, which the minimum above passes over.
    text.split(separator: "\n").first.flatMap { Int($0) }
  }

  /// Whole processors of `cpu.max` ("150000 100000" is one and a half, taken as 2); nil for "max".
  static func cpuLimit(_ text: String) -> Int? {
    let parts = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
    return (parts[0] + parts[1] - 1) / parts[1]
  }

  /// The limits of our control group and of all above it: each of them holds.
  static func memoryLimitFiles(_ groups: String) -> [String] {
    paths(groups, controller: "").map { "/sys/fs/cgroup\($0)/memory.max" }
      + paths(groups, controller: "memory").map { "/sys/fs/cgroup/memory\($0)/memory.limit_in_bytes" }
  }

  static func cpuLimitFiles(_ groups: String) -> [String] {
    paths(groups, controller: "").map { "/sys/fs/cgroup\($0)/cpu.max" }
  }

  /// From lines such as `4:memory:/a/b` (version 1) and `0::/a/b` (version 2): "/a/b", "/a", "".
  private static func paths(_ groups: String, controller: String) -> [String] {
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3,
        fields[1].split(separator: ",").contains(Substring(controller))
          || (controller.isEmpty && fields[1].isEmpty)
      else { continue }
      let parts = fields[2].split(separator: "/")
      return (0...parts.count).reversed().map { parts.prefix($0).map { "/" + $0 }.joined() }
    }
    return []
  }
}
