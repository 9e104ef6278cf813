@testable import EmbeddedPostgres
import Testing

@Suite("The server's settings")
struct ServerSettingsTests {
  struct Case: Sendable {
    let gibibytes: Double
    let cores: Int
    let sharedBuffers: String
    let maintenance: String
    let work: String
    let indexWorkers: String
  }

  @Test(
    "They follow memory and processors, within bounds",
    arguments: [
      Case(
        gibibytes: 0, cores: 0, sharedBuffers: "32MB", maintenance: "64MB", work: "4MB", indexWorkers: "1"),
      Case(
        gibibytes: 0.5, cores: 1, sharedBuffers: "128MB", maintenance: "64MB", work: "4MB", indexWorkers: "1"),
      Case(
        gibibytes: 2, cores: 2, sharedBuffers: "512MB", maintenance: "256MB", work: "4MB", indexWorkers: "1"),
      Case(
        gibibytes: 8, cores: 4, sharedBuffers: "2048MB", maintenance: "1024MB", work: "16MB",
        indexWorkers: "3"),
      Case(
        gibibytes: 23, cores: 4, sharedBuffers: "4096MB", maintenance: "2048MB", work: "32MB",
        indexWorkers: "3"),
      Case(
        gibibytes: 512, cores: 64, sharedBuffers: "4096MB", maintenance: "2048MB", work: "32MB",
        indexWorkers: "8"),
    ])
  func recommended(expected: Case) {
    let settings = ServerSettings.recommended(
      memoryBytes: Int(expected.gibibytes * 1_073_741_824), cores: expected.cores)
    #expect(settings["shared_buffers"] == expected.sharedBuffers)
    #expect(settings["maintenance_work_mem"] == expected.maintenance)
    #expect(settings["work_mem"] == expected.work)
    #expect(settings["max_parallel_maintenance_workers"] == expected.indexWorkers)
    #expect(settings["max_parallel_workers"] == "\(max(1, expected.cores))")
  }

  @Test("Bulk loads write little WAL, and data is always consistent")
  func constants() {
    let settings = ServerSettings.recommended(memoryBytes: 2 << 30, cores: 2)
    #expect(settings["wal_level"] == "minimal")
    #expect(settings["max_wal_senders"] == "0")
    #expect(settings["synchronous_commit"] == "off")
    #expect(settings["jit"] == "off")
    #expect(settings["max_connections"] == "200")
    #expect(settings["fsync"] == nil && settings["full_page_writes"] == nil)
    #expect(settings.settings.allSatisfy { !$0.reason.isEmpty })
    #expect(Set(settings.settings.map(\.name)).count == settings.settings.count)
  }

  @Test(
    "A small /dev/shm, as in containers, is not used for parallel index builds",
    arguments: [(nil, "sysv"), (64 << 20, "sysv"), (512 << 20, "posix")])
  func sharedMemory(bytes: Int?, expected: String) {
    let settings = ServerSettings.recommended(memoryBytes: 2 << 30, cores: 2, sharedMemoryBytes: bytes)
    #expect(settings["dynamic_shared_memory_type"] == expected)
  }

  @Test("Settings of the caller override the recommended ones and are quoted")
  func text() {
    let configuration = ServerConfiguration(
      settings: .recommended(memoryBytes: 2 << 30, cores: 2), port: 5432, listensOnTCP: false,
      socketDirectory: "/a b/run", extra: ["jit": "on", "search_path": #"it's \n"#])
    let lines = configuration.text.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("jit = ") } == ["jit = 'on'  # as configured"])
    #expect(lines.contains(#"search_path = 'it''s \\n'  # as configured"#))
    #expect(lines.contains { $0.hasPrefix(#"unix_socket_directories = '"/a b/run"'"#) })
    #expect(lines.contains { $0.hasPrefix("listen_addresses = ''") })
    #expect(lines.allSatisfy { $0.contains("#") })
  }

  @Test("Only a server whose data may be lost does not wait for the disk")
  func disposable() {
    func lines(isDisposable: Bool) -> [Substring] {
      ServerConfiguration(
        settings: .recommended(memoryBytes: 2 << 30, cores: 2), port: 5432, listensOnTCP: false,
        socketDirectory: "/run", isDisposable: isDisposable
      ).text.split(separator: "\n").filter { $0.hasPrefix("fsync") || $0.hasPrefix("full_page_writes") }
    }
    #expect(
      lines(isDisposable: true) == [
        "fsync = 'off'  # the data may be lost", "full_page_writes = 'off'  # the data may be lost",
      ])
    #expect(lines(isDisposable: false).isEmpty)
  }

  @Test("Access rules require authentication and allow TCP only when requested", arguments: [false, true])
  func accessRules(listensOnTCP: Bool) {
    let rules = ServerConfiguration.hostBasedAccess(listensOnTCP: listensOnTCP).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
    let tcp: [Substring] = ["host all all 127.0.0.1/32 scram-sha-256", "host all all ::1/128 scram-sha-256"]
    #expect(rules == ["local all all peer map=seed_runner"] + (listensOnTCP ? tcp : []))
  }

  @Test("The user map has the server's user and root, and single roles for old versions")
  func userMap() {
    func map(_ user: String, _ version: Int) -> [Substring] {
      ServerConfiguration.userMap(serverUser: user, roles: ["postgres", "a\"b"], majorVersion: version)
        .split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
    #expect(map("ada", 16) == [#"seed_runner "ada" all"#, #"seed_runner "root" all"#])
    #expect(
      map("ada", 15) == [
        #"seed_runner "ada" "postgres""#, #"seed_runner "ada" "a""b""#, #"seed_runner "root" "postgres""#,
        #"seed_runner "root" "a""b""#,
      ])
  }

  @Test(
    "Server settings that are invalid or open the server to others are rejected",
    arguments: [
      "listen_addresses", "LISTEN_ADDRESSES", "port", "hba_file", "include", "fsync", "", "1a", "a b", "a=b",
      "a\n",
    ])
  func refusedSettings(name: String) {
    let error = #expect(throws: EmbeddedPostgresError.self) {
      try EmbeddedPostgres.Settings(projectDirectory: "/", serverSettings: [name: "1"]).check()
    }
    #expect(error?.code == .invalidSettings)
  }

  @Test("Invalid settings are rejected before anything is changed")
  func refused() {
    let bad: [EmbeddedPostgres.Settings] = [
      .init(projectDirectory: "/", tcpPort: -1), .init(projectDirectory: "/", tcpPort: 65536),
      .init(projectDirectory: "/", database: ""), .init(projectDirectory: "/", role: "pg_mine"),
      .init(projectDirectory: "/", role: "a\nb"),
      .init(projectDirectory: "/", database: String(repeating: "x", count: 64)),
      .init(projectDirectory: "/", serverSettings: ["work_mem": "1\n2"]),
      .init(projectDirectory: "/", clusterName: ".."), .init(projectDirectory: "/", clusterName: "a/b"),
      .init(projectDirectory: "/", clusterName: ""),
    ]
    for settings in bad {
      let error = #expect(throws: EmbeddedPostgresError.self) { try settings.check() }
      #expect(error?.code == .invalidSettings)
    }
  }

  @Test("The memory limit is the minimum of the machine and all control groups above")
  func machine() {
    #expect(Machine.memoryTotal("MemTotal:       24052524 kB\nMemFree: 1 kB\n") == 24_052_524 * 1024)
    #expect(Machine.memoryTotal("nothing") == nil)
    #expect(Machine.memoryLimit("2147483648\n") == 2 << 30)
    #expect(Machine.memoryLimit("max\n") == nil)
    #expect(Machine.cpuLimit("150000 100000\n") == 2)
    #expect(Machine.cpuLimit("max 100000\n") == nil)
    let groups = "4:cpu,memory:/a/b\n0::/c\n"
    #expect(
      Machine.memoryLimitFiles(groups) == [
        "/sys/fs/cgroup/c/memory.max", "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
      ])
    #expect(Machine.cpuLimitFiles(groups) == ["/sys/fs/cgroup/c/cpu.max", "/sys/fs/cgroup/cpu.max"])
    let here = Machine.current()
    #expect(here.memoryBytes > 0 && here.cores > 0)
  }
}
