import Glibc

/// The resources of this machine or container.
struct Machine: Equatable {
  /// The usable memory in bytes.
  var memoryBytes: Int
  /// The number of usable processors, at least 1.
  var cores: Int
  /// The size of `/dev/shm` in bytes; nil if there is none.
  var sharedMemoryBytes: Int?

  /// When the machine started, in seconds since 1970.
  static var bootTime: Int {
    var uptime = timespec()
    clock_gettime(CLOCK_BOOTTIME, &uptime)
    return time(nil) - uptime.tv_sec
  }

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

  /// A control group's limit in bytes; nil for "max".
  static func memoryLimit(_ text: String) -> Int? {
    // Version 1 writes "no limit" as a number near 2^63, which the minimum above ignores.
    text.split(separator: "\n").first.flatMap { Int($0) }
  }

  /// The processors of `cpu.max`, rounded up ("150000 100000" is 1.5, so 2); nil for "max".
  static func cpuLimit(_ text: String) -> Int? {
    let parts = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
    return (parts[0] + parts[1] - 1) / parts[1]
  }

  /// The limits of this process's control group and its ancestors. All of them apply.
  static func memoryLimitFiles(_ groups: String) -> [String] {
    paths(groups, controller: "").map { "/sys/fs/cgroup\($0)/memory.max" }
      + paths(groups, controller: "memory").map { "/sys/fs/cgroup/memory\($0)/memory.limit_in_bytes" }
  }

  static func cpuLimitFiles(_ groups: String) -> [String] {
    paths(groups, controller: "").map { "/sys/fs/cgroup\($0)/cpu.max" }
  }

  /// Returns "/a/b", "/a", "" for lines such as `4:memory:/a/b` (version 1) and `0::/a/b` (version 2).
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
