@testable import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import Testing

@Suite("Who can reach the server", .serialized, .timeLimit(.minutes(3)))
struct AccessTests {
  @Test("TCP is limited to this machine, with a password that is only in the passfile")
  func tcp() async throws {
    try await TemporaryProject.use { project in
      let port = try #require(TCPPort.firstFree(from: 17000 + Int(getpid()) % 1000))
      let postgres = project.postgres { $0.tcpPort = port }
      let server = try await postgres.start()
      let passfile = project.home + "/passfile"
      #expect(permissions(of: passfile) == 0o600)
      #expect(owner(of: passfile) == owner(of: project.data))
      #expect(
        server.connectionURL
          == "postgresql://seed@127.0.0.1:\(port)/seed?passfile=\(passfile)")
      let connection = try await PostgresConnection.connect(.init(url: server.connectionURL))
      let row = try await connection.queryOne(
        "SELECT host(inet_server_addr()), current_setting('listen_addresses')"
      ).decode(String.self, String.self)
      #expect(row == ("127.0.0.1", "127.0.0.1,::1"))
      await connection.close()

      let password = try #require(
        contents(passfile)?.split(separator: "\n").first?.split(separator: ":").last.map(String.init))
      #expect(password.count == 64)
      for file in ["server.log", "data/seed-runner.conf", "data/postgresql.conf"] {
        #expect(contents(project.home + "/" + file)?.contains(password) == false)
      }
      let wrong = PostgresConfiguration(
        host: "127.0.0.1", port: port, user: "seed", password: "wrong", database: "seed")
      let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(wrong) }
      #expect(error?.sqlState == .invalidPassword)
      // This error comes from libpq, not from the server.
      var none = PostgresConfiguration(host: "127.0.0.1", port: port, user: "seed", database: "seed")
      try none.setParameter("passfile", to: "/dev/null")
      let noPassword = await #expect(throws: PostgresError.self) {
        try await PostgresConnection.connect(none)
      }
      #expect(noPassword?.sqlState == .invalidPassword)
      #expect(noPassword?.isTransient == false)

      // A deleted passfile is created again with another password.
      try FileManager.default.removeItem(atPath: passfile)
      let again = try await postgres.start()
      #expect(again.wasRunning)
      try await PostgresConnection.connect(.init(url: again.connectionURL)).close()
      #expect(contents(passfile)?.contains(password) == false)

      // The socket needs no password and is still used by this process.
      #expect(server.configuration.host == project.home + "/run")
      let quiet = try await project.postgres().start()
      #expect(quiet.connectionURL.hasPrefix("postgresql://seed@/seed?host="))
    }
  }

  @Test("A TCP port in use is replaced by the next free one, with a note")
  func takenPort() async throws {
    try await TemporaryProject.use { project in
      let listener = try Listener()
      defer { close(listener.descriptor) }
      #expect(!TCPPort.isFree(listener.port))
      let server = try await project.postgres { $0.tcpPort = listener.port }.start()
      #expect(server.notes.contains { $0.contains("TCP port \(listener.port) is in use") })
      try await PostgresConnection.connect(.init(url: server.connectionURL)).close()
      #expect(!server.connectionURL.contains(":\(listener.port)/"))
    }
  }

  @Test("A server that runs without TCP is not restarted to enable it; a note has the fix")
  func tcpLater() async throws {
    try await TemporaryProject.use { project in
      let first = try await project.postgres().start()
      let second = try await project.postgres { $0.tcpPort = 47999 }.start()
      #expect(second.processID == first.processID)
      #expect(second.notes.contains { $0.contains("restart it") })
    }
  }

  @Test("ALTER SYSTEM does not open the server to others")
  func alterSystem() async throws {
    try await TemporaryProject.use { project in
      let server = try await project.postgres().start()
      let connection = try await PostgresConnection.connect(server.configuration)
      try await connection.query("ALTER SYSTEM SET listen_addresses = '*'")
      await connection.close()
      try await project.postgres().stop()
      let again = try await PostgresConnection.connect(project.postgres().start().configuration)
      #expect(try await again.queryOne("SHOW listen_addresses").decode(String.self).isEmpty)
      await again.close()
    }
  }

  @Test("A project with a path too long for a socket gets a private directory in /tmp")
  func deepProject() async throws {
    try await TemporaryProject.use { project in
      let deep = project.path + String(repeating: "/a-folder-with-a-long-name", count: 5)
      try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
      let postgres = EmbeddedPostgres(.init(projectDirectory: deep, majorVersion: 16))
      let server: EmbeddedPostgres.RunningServer
      do {
        server = try await postgres.start()
        try await PostgresConnection.connect(.init(url: server.connectionURL)).close()
      } catch {
        _ = try? await postgres.destroy()
        throw error
      }
      let directory = try #require(server.configuration.host)
      #expect(directory.hasPrefix("/tmp/seed-runner-"))
      #expect(permissions(of: directory) == 0o700)
      #expect(try await postgres.destroy())
      #expect(owner(of: directory) == nil)
    }
  }

  @Test("The server inherits no descriptors and has its own session")
  func isDetached() async throws {
    try await TemporaryProject.use { project in
      var ends: [Int32] = [0, 0]
      // Inherited by child processes, as a shell passes pipes to the programs it starts.
      try #require(pipe(&ends) == 0)
      defer { close(ends[0]) }
      let server: EmbeddedPostgres.RunningServer
      do {
        defer { close(ends[1]) }
        server = try await project.postgres().start()
      }
      // If no process holds the writing end, reading reaches the end at once.
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
      var byte: UInt8 = 0
      #expect(read(ends[0], &byte, 1) == 0)
      #expect(getsid(server.processID) == server.processID)
      for number in 0...2 {
        let target = try FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/\(server.processID)/fd/\(number)")
        #expect(target == (number == 0 ? "/dev/null" : project.home + "/server.log"))
      }
      let environment = contents("/proc/\(server.processID)/environ") ?? ""
      #expect(environment.split(separator: "\0").allSatisfy { !$0.hasPrefix("PG") || $0.hasPrefix("PG_OOM") })
      #expect(!environment.contains("DATABASE_URL"))
    }
  }
}

@Suite("As root", .serialized, .timeLimit(.minutes(3)), .enabled(if: geteuid() == 0, "these need root"))
struct RootTests {
  @Test("The server runs as another user, who owns its files, and a note says so")
  func otherUser() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres { $0.serverUser = "nobody" }
      let server = try await postgres.start()
      let nobody = try #require(ServerUser.named("nobody"))
      #expect(owner(of: "/proc/\(server.processID)") == nobody.id)
      #expect(contents("/proc/\(server.processID)/status")?.contains("Groups:\t\(nobody.group)") == true)
      for path in [
        "", "/data", "/data/seed-runner.conf", "/data/pg_hba.conf", "/run", "/server.log", "/lock",
      ] {
        #expect(owner(of: project.home + path) == nobody.id, "\(path)")
      }
      #expect(server.notes.contains { $0.contains("runs as user nobody") && $0.contains(project.home) })
      // The owner of the data decides, even if another user would be chosen now.
      try await postgres.stop()
      let again = try await project.postgres().start()
      #expect(owner(of: "/proc/\(again.processID)") == nobody.id)
    }
  }

  @Test("A project that the other user cannot access has its cluster in /var/lib")
  func unreachableProject() async throws {
    try await TemporaryProject.use { project in
      chmod(project.path, 0o700)
      let postgres = project.postgres()
      let server = try await postgres.start()
      guard case .running(let details) = try await postgres.status() else {
        Issue.record("the server is not reported as running")
        return
      }
      #expect(details.dataDirectory.hasPrefix("/var/lib/seed-runner/seed-runner-test-"))
      #expect(server.notes.contains { $0.contains("outside the project") })
      #expect(owner(of: project.path + "/.seed-runner") == nil)
      #expect(try await postgres.start().wasRunning)
      #expect(try await postgres.destroy())
      #expect(owner(of: details.dataDirectory) == nil)
    }
  }

  @Test("Programs that the other user cannot access are an error with the folder that prevents it")
  func unreachableBinaries() async throws {
    try await TemporaryProject.use { project in
      let found = try PostgresBinaries.locate(majorVersion: 16)
      let prefix = String(found.binDirectory.dropLast("/bin".count))
      let closed = project.path + "/closed"
      try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: prefix, toPath: closed + "/copy")
      chmod(closed, 0o700)
      let postgres = project.postgres { $0.binaries = closed + "/copy" }
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
      #expect(error?.code == .binariesUnreachable)
      #expect(error?.path == closed)
    }
  }

  @Test("Root does not follow a link that the project's owner created")
  func symbolicLink() async throws {
    try await TemporaryProject.use { project in
      try FileManager.default.createDirectory(
        atPath: project.path + "/victim", withIntermediateDirectories: true)
      symlink(project.path + "/victim", project.path + "/.seed-runner")
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await project.postgres().start() }
      #expect(error?.code == .unusableDirectory)
      #expect(try FileManager.default.contentsOfDirectory(atPath: project.path + "/victim").isEmpty)
    }
  }

  @Test("Data that belongs to root is rejected")
  func rootsData() async throws {
    try await TemporaryProject.use { project in
      try FileManager.default.createDirectory(atPath: project.data, withIntermediateDirectories: true)
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await project.postgres().start() }
      #expect(error?.code == .unusableDirectory)
      #expect(error?.message.contains("belongs to root") == true)
    }
  }

  @Test("A missing user and root itself are rejected", arguments: ["no-such-user", "root"])
  func badUser(name: String) async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres { $0.serverUser = name }
      let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
      #expect(error?.code == .invalidSettings)
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test("Files created as the other user belong to that user, and files of root stay unreadable")
  func fileRights() async throws {
    try await TemporaryProject.use { project in
      let nobody = try #require(ServerUser.named("nobody"))
      chmod(project.path, 0o777)
      try write("secret", to: project.path + "/secret")
      chmod(project.path + "/secret", 0o600)
      try nobody.accessingFiles {
        try FileSystem.write("text", to: project.path + "/file", permissions: 0o600)
        #expect(FileSystem.read(project.path + "/secret") == nil)
      }
      #expect(owner(of: project.path + "/file") == nobody.id)
      #expect(FileSystem.read(project.path + "/secret") == "secret")
    }
  }
}

/// A TCP socket that listens on a free port of 127.0.0.1.
private struct Listener {
  let descriptor: Int32
  let port: Int

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(status)
    port = Int(in_port_t(bigEndian: address.sin_port))
  }
}
