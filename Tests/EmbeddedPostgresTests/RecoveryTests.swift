@testable import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("Recovery of the embedded server", .serialized, .timeLimit(.minutes(3)))
struct RecoveryTests {
  @Test("A killed server recovers its data")
  func killedServer() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      let server = try await postgres.start()
      let connection = try await PostgresConnection.connect(server.configuration)
      try await connection.query("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
      try await connection.query("CHECKPOINT")
      kill(server.processID, SIGKILL)
      await connection.close()
      try await eventually("the killed server is still there") { kill(server.processID, 0) != 0 }
      #expect(try await postgres.status() == .stopped)
      let again = try await postgres.start()
      #expect(!again.wasRunning)
      #expect(again.notes.contains { $0.contains("recovered") })
      let second = try await PostgresConnection.connect(again.configuration)
      #expect(try await second.queryOne("SELECT count(*) FROM kept").decode(Int64.self) == 1000)
      await second.close()
    }
  }

  @Test("A pid file with another program's id does not prevent the start, and that program keeps running")
  func reusedProcessID() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      let server = try await postgres.start()
      let pidFile = try #require(contents(project.data + "/postmaster.pid"))
      let lockFile = try #require(contents(project.home + "/run/.s.PGSQL.5432.lock"))
      try await postgres.stop()
      let sleeper = try Sleeper()
      defer { sleeper.end() }
      func renumbered(_ text: String) -> String {
        text.replacing("\(server.processID)\n", with: "\(sleeper.process)\n", maxReplacements: 1)
      }
      try write(renumbered(pidFile), to: project.data + "/postmaster.pid", like: project.data)
      try write(renumbered(lockFile), to: project.home + "/run/.s.PGSQL.5432.lock", like: project.data)
      #expect(try await postgres.status() == .stopped)
      #expect(try await !postgres.stop())
      #expect(try await !postgres.start().wasRunning)
      #expect(kill(sleeper.process, 0) == 0)
    }
  }

  @Test("An ended server that was not reaped does not prevent the start")
  func uncollectedProcess() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      let server = try await postgres.start()
      let pidFile = try #require(contents(project.data + "/postmaster.pid"))
      try await postgres.stop()
      let ended = try Sleeper()
      defer { ended.end() }
      kill(ended.process, SIGKILL)
      var info = siginfo_t()
      waitid(P_PID, id_t(ended.process), &info, WEXITED | WNOWAIT)
      let text = pidFile.replacing("\(server.processID)\n", with: "\(ended.process)\n", maxReplacements: 1)
      try write(text, to: project.data + "/postmaster.pid", like: project.data)
      #expect(try await !postgres.start().wasRunning)
    }
  }

  @Test("An empty pid file does not prevent the start")
  func emptyProcessFile() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      _ = try await postgres.start()
      try await postgres.stop()
      try write("", to: project.data + "/postmaster.pid", like: project.data)
      #expect(try await !postgres.start().wasRunning)
    }
  }

  @Test("A server whose socket was deleted is restarted")
  func removedSocket() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      let server = try await postgres.start()
      try FileManager.default.removeItem(atPath: project.home + "/run")
      guard case .broken(let reason) = try await postgres.status() else {
        Issue.record("a server without a socket is not reported as broken")
        return
      }
      #expect(reason.contains("\(server.processID)"))
      #expect(try await postgres.start().processID != server.processID)
      try await eventually("the server is still there") { kill(server.processID, 0) != 0 }
    }
  }

  @Test(
    "A restart of the machine discards disposable data only",
    arguments: [(true, true, false), (true, false, true), (false, true, true)])
  func restartOfTheMachine(isDisposable: Bool, restarts: Bool, keeps: Bool) async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres { $0.isDisposable = isDisposable }
      let first = try await postgres.start()
      try await PostgresConnection.with(first.configuration) { try await $0.query("CREATE TABLE kept ()") }
      try await postgres.stop()
      if restarts {
        var times = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
        #expect(utimes(project.data + "/global/pg_control", &times) == 0)
      }
      let second = try await postgres.start()
      let found = try await PostgresConnection.with(second.configuration) {
        try await $0.queryOne("SELECT to_regclass('kept') IS NOT NULL").decode(Bool.self)
      }
      #expect(found == keeps)
    }
  }

  @Test("Leftovers of a killed initdb are not used and are deleted")
  func leftoverOfInitdb() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      _ = try await postgres.start()
      try await postgres.stop()
      let leftover = project.home + "/data.partial-0123"
      try FileManager.default.moveItem(atPath: project.data, toPath: leftover)
      #expect(try await postgres.status() == .stopped)
      let server = try await postgres.start()
      #expect(owner(of: leftover) == nil)
      #expect(server.processID > 0)
    }
  }

  @Test(
    "A damaged data directory is an error with the missing file, and nothing is deleted",
    arguments: ["PG_VERSION", "global/pg_control", "base"])
  func halfDestroyed(file: String) async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      try FileManager.default.createDirectory(
        atPath: project.data + "/global", withIntermediateDirectories: true)
      for path in ["PG_VERSION", "global/pg_control", "base", "pg_wal", "postgresql.conf"] where path != file
      {
        try write("16\n", to: project.data + "/" + path)
      }
      // As root, the files would belong to root, which is another error.
      if geteuid() == 0 { chown(project.data, 65534, 65534) }
      if geteuid() == 0 { chown(project.home, 65534, 65534) }
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
      #expect(error?.code == .brokenCluster)
      #expect(error?.description.contains("\(file) is missing") == true)
      #expect(error?.description.contains("remove \(project.home)") == true)
      guard case .broken(let reason) = try await postgres.status() else {
        Issue.record("not reported as broken")
        return
      }
      #expect(reason.contains(file))
      #expect(owner(of: project.data + "/global") != nil)
    }
  }

  @Test("Data of a version that is not installed is an error with that version and the installations found")
  func missingVersion() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      _ = try await postgres.start()
      try await postgres.stop()
      try write("97\n", to: project.data + "/PG_VERSION", like: project.data)
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
      #expect(error?.code == .binariesNotFound)
      #expect(error?.message.contains("PostgreSQL 97 created the data directory") == true)
      #expect(error?.output?.contains("it is PostgreSQL 16, not 97") == true)
      #expect(error?.fix.contains("Scripts/setup") == true)
    }
  }

  @Test("An existing cluster keeps its version, and a note says so")
  func keepsVersion() async throws {
    try await TemporaryProject.use { project in
      _ = try await project.postgres().start()
      try await project.postgres().stop()
      let server = try await project.postgres { $0.majorVersion = 18 }.start()
      #expect(server.notes.contains { $0.contains("PostgreSQL 16 created the cluster") })
    }
  }

  @Test("A server that fails to start is an error with its last output and the command")
  func doesNotComeUp() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres { $0.serverSettings["work_mem"] = "much" }
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
      #expect(error?.code == .startFailed)
      #expect(error?.output?.contains("work_mem") == true)
      #expect(error?.command?.contains("bin/postgres -D \(project.data)") == true)
      #expect(error?.path == project.home + "/server.log")
      let status = try await postgres.status()
      #expect(status == .stopped)
      #expect(try await !project.postgres().start().wasRunning)
    }
  }

  @Test("A timeout while waiting for another process is an error with the lock file")
  func lockTimeout() async throws {
    try await TemporaryProject.use { project in
      let recorder = Recorder()
      let postgres = project.postgres {
        $0.timeout = .milliseconds(50)
        $0.onProgress = { recorder.record($0) }
      }
      let cluster = try await Cluster.prepare(postgres.settings)
      let error = try await ClusterLock.withLock(cluster, timeout: .seconds(5)) {
        await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
      }
      #expect(error?.code == .timedOut)
      #expect(error?.path == project.home + "/lock")
      #expect(recorder.lines.contains { $0.contains("another process") })
    }
  }

  @Test("Destroying rejects a folder with other files, and deletes nothing")
  func foreignFiles() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      _ = try await postgres.start()
      try write("mine", to: project.home + "/notes.txt")
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.destroy() }
      #expect(error?.code == .unusableDirectory)
      #expect(error?.path == project.home + "/notes.txt")
      #expect(try await postgres.start().wasRunning)
      try FileManager.default.removeItem(atPath: project.home + "/notes.txt")
    }
  }
}
