import Glibc
import Postgres
import SeedTesting
import Testing

/// A short form of `Scripts/soak`: interrupts a run at some moments, spread over all of it.
@Suite("A run of a declarative seeder")
struct SweepTests {
  /// Calls `body` for every 21st message that a run sends, until the run ends first. The files alternate between their
  /// two versions.
  private func sweep(
    _ body: (SweepFolder, _ number: Int, _ moment: String) async throws -> Bool
  ) async throws -> Int {
    var moments = 0
    try await SweepFolder.with { folder in
      var versions = (before: SweepFolder.Version.first, after: SweepFolder.Version.second)
      for number in stride(from: 1, through: 1_000, by: 21) {
        let moment = "sending \(number), from \(versions.before) to \(versions.after)"
        try folder.write(versions.after)
        let hasCome = try await body(folder, number, moment)
        try await folder.expectWhole(from: versions.before, to: versions.after, moment)
        guard hasCome else { break }
        moments += 1
        swap(&versions.before, &versions.after)
      }
    }
    return moments
  }

  @Test("leaves all or nothing if it is killed at any time")
  func killed() async throws {
    let moments = try await sweep { folder, number, moment in
      try await SocketProxy.silence(fromSending: number, database: folder.database) { proxy, hasCome in
        let process = try folder.start(proxy)
        let killer = Task {
          while !hasCome() { try await Task.sleep(for: .milliseconds(1)) }
          process.kill()
        }
        let end = try await process.wait()
        killer.cancel()
        #expect(end.exitCode == (hasCome() ? 137 : 0), "\(moment): \(end.output)")
        return hasCome()
      }
    }
    #expect(moments >= 6)
  }

  @Test("repeats the lost work if it loses its connection at any time")
  func cut() async throws {
    let moments = try await sweep { folder, number, moment in
      do {
        try await SocketProxy.with(database: folder.database, cut: .sending(number)) { proxy in
          let end = try await folder.start(proxy).wait()
          #expect(end.exitCode == 0, "\(moment): \(end.output)\(end.errors)")
        }
        return true
      } catch is SocketProxy.NothingCut {
        return false
      }
    }
    #expect(moments >= 6)
  }

  @Test(
    "with seven concurrent ones: one seeds, even if another one is killed in the middle",
    arguments: [nil, 3, 6])
  func herd(killedAt number: Int?) async throws {
    try await SweepFolder.with { folder in
      try folder.write(.second)
      try await SocketProxy.silence(fromSending: number ?? .max, database: folder.database) {
        proxy, hasCome in
        let doomed = try number.map { _ in try folder.start(proxy) }
        while doomed != nil, !hasCome() { try await Task.sleep(for: .milliseconds(1)) }
        let others = try (0..<7).map { _ in try folder.start() }
        doomed?.kill()
        var seeded = 0
        for process in others {
          let end = try await process.wait()
          #expect(end.exitCode == 0, "\(end.output)\(end.errors)")
          if end.output.hasPrefix("seeded") { seeded += 1 }
        }
        #expect(seeded == 1)
        _ = try await doomed?.wait()
      }
      try await folder.expectWhole(from: .second, to: .second, "herd")
    }
  }

  @Test(
    "whose server is read-only after a reconnect, as after a failover: exit code 4, nothing is written")
  func failover() async throws {
    try await SweepFolder.with { folder in
      let name = folder.database.name
      try folder.write(.second)
      try await folder.database.withConnection { holder in
        try await holder.query("BEGIN")
        try await holder.query("LOCK TABLE labels IN SHARE MODE")
        let process = try folder.start()
        try await Waiting.until(on: folder.database, Self.waits)
        try await folder.database.withConnection { connection in
          try await connection.query(
            "ALTER DATABASE \(unescaped: name) SET default_transaction_read_only = on")
          try await connection.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'seed-runner' AND wait_event_type = 'Lock'"
          )
        }
        let end = try await process.wait()
        #expect(end.exitCode == 4, "\(end.output)\(end.errors)")
        try await holder.query("ROLLBACK")
      }
      #expect(try await folder.rows() == SweepFolder.expected(.first))
      try await folder.database.withConnection { connection in
        try await connection.query("SET default_transaction_read_only = off")
        try await connection.query("ALTER DATABASE \(unescaped: name) RESET default_transaction_read_only")
      }
      try await folder.expectWhole(from: .first, to: .second, "failover")
    }
  }

  private static let waits: PostgresQuery =
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

  @Test(
    "writes nothing if the server's disk is full, and the next one succeeds once there is space",
    .enabled(if: getuid() == 0, "only root can mount"), arguments: ["rows", "table"])
  func diskFull(ownership: String) async throws {
    try await SeederPlace.with { place in
      try await TemporaryFolder.with(owner: place.database.server.systemUser) { disk in
        func mount(_ options: String) async throws -> Bool {
          let owner = place.database.server.systemUser.map { ",mode=700,uid=\($0)" } ?? ""
          let process = try ChildProcess.start(
            "/usr/bin/mount", ["-t", "tmpfs", "-o", options + owner, "tmpfs", disk.path],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
          return try await process.wait(timeout: .seconds(20)).exitCode == 0
        }
        // In a container even root may not be allowed to.
        guard try await mount("size=1m") else { return }
        defer { umount2(disk.path, 0) }
        let space = "\(place.database.name)_disk"
        try await place.sql("CREATE TABLESPACE \(unescaped: space) LOCATION '\(unescaped: disk.path)'")
        try await place.sql(
          "CREATE TABLE t (id int PRIMARY KEY, name text) TABLESPACE \(unescaped: space)")
        try place.write(
          "s",
          #"{"id": "s", "summary": "x", "tables": [{"table": "t", "files": "data.csv", "key": "id", "ownership": "\#(ownership)"}]}"#,
          records: "id,name\n"
            + (1...20_000).map { "\($0),the row number \($0) of a table without room\n" }.joined())
        let full = try await place.run("--all")
        #expect(full.exitCode == 1, "\(full.output)")
        #expect(full.output.contains("No space left on device"), "\(full.output)")
        #expect(try await place.count("t") == 0)
        #expect(try await mount("remount,size=64m"))
        let next = try await place.run("--all")
        #expect(next.exitCode == 0, "\(next.output)\(next.errors)")
        #expect(try await place.count("t") == 20_000)
        try await place.sql("DROP TABLE t")
        try await place.sql("DROP TABLESPACE \(unescaped: space)")
      }
    }
  }
}
