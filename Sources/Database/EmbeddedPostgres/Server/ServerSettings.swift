/// PostgreSQL settings for loading much data on this machine.
struct ServerSettings: Equatable {
  struct Setting: Equatable {
    let name: String
    let value: String
    let reason: String
  }

  let settings: [Setting]

  subscript(name: String) -> String? { settings.first { $0.name == name }?.value }

  /// The settings for a machine's memory and processors.
  ///
  /// A machine with 2 GB gets 512 MB of shared buffers and 256 MB for an index build. The rest is left for the
  /// system's cache and seed-runner.
  ///
  /// - Parameter sharedMemoryBytes: the size of `/dev/shm` in bytes; nil if there is none.
  static func recommended(memoryBytes: Int, cores: Int, sharedMemoryBytes: Int? = nil) -> ServerSettings {
    let mebibyte = 1 << 20
    let memory = max(0, memoryBytes)
    let cores = max(1, cores)
    func megabytes(_ bytes: Int, from low: Int, to high: Int) -> Int {
      min(max(bytes / mebibyte, low), high)
    }
    let maintenance = megabytes(memory / 8, from: 64, to: 2048)
    // Parallel index builds allocate shared memory in this file system. Containers often have 64 MB of it, and the
    // build then fails with "No space left on device".
    let fitsSharedMemory = (sharedMemoryBytes ?? 0) / mebibyte > maintenance + 64
    func setting(_ name: String, _ value: String, _ reason: String) -> Setting {
      Setting(name: name, value: value, reason: reason)
    }
    return ServerSettings(settings: [
      setting("max_connections", "200", "room for several runners, a server and their pools"),
      setting(
        "shared_buffers", "\(megabytes(memory / 4, from: 32, to: 4096))MB",
        "a quarter of the memory; more than 4 GB does not speed up loading"),
      setting(
        "effective_cache_size", "\(megabytes(memory / 2, from: 64, to: 1 << 20))MB",
        "how much cached data the planner assumes"),
      setting(
        "maintenance_work_mem", "\(maintenance)MB",
        "a vector index that fits is built much faster; at most an eighth of the memory"),
      setting(
        "work_mem", "\(megabytes(memory / 512, from: 4, to: 32))MB",
        "per sort or hash; small enough for many concurrent ones"),
      setting(
        "max_worker_processes", "\(max(8, cores * 2))", "the pool that provides parallel workers"),
      setting("max_parallel_workers", "\(cores)", "at most one per processor"),
      setting(
        "max_parallel_maintenance_workers", "\(min(max(cores - 1, 1), 8))",
        "index builds: all processors except the leader's"),
      setting(
        "max_parallel_workers_per_gather", "\(min(max(cores / 2, 1), 4))",
        "leaves processors for other sessions"),
      setting(
        "dynamic_shared_memory_type", fitsSharedMemory ? "posix" : "sysv",
        fitsSharedMemory ? "the default" : "/dev/shm is too small for a parallel index build"),
      setting("wal_level", "minimal", "COPY into a table made in the same transaction writes no log"),
      setting("max_wal_senders", "0", "required by wal_level = minimal; replication is off"),
      setting(
        "max_wal_size", memory >= 8 << 30 ? "4GB" : "1GB", "fewer checkpoints during a load"),
      setting("checkpoint_timeout", "15min", "fewer checkpoints during a load"),
      setting("wal_buffers", "16MB", "one whole segment, for concurrent writers"),
      setting(
        "synchronous_commit", "off",
        "a crash can lose the last transactions; the data stays consistent"),
      setting("random_page_cost", "1.1", "solid-state disks make index access cheap"),
      setting("jit", "off", "compilation takes longer than the short statements of a load"),
      setting("timezone", "UTC", "the same output on every machine"),
      setting("log_timezone", "UTC", "the same log on every machine"),
      setting("log_line_prefix", "%m [%p] %q%u@%d ", "time, process, user and database"),
      setting("logging_collector", "off", "standard error goes to server.log"),
    ])
  }
}
