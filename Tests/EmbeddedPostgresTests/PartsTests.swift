@testable import EmbeddedPostgres
import Basics
import FoundationEssentials
import Glibc
import Testing

@Suite("Parts of the embedded server")
struct PartsTests {
  @Test("A child process reports output, exit status and limits")
  func childProcess() async throws {
    let echo = try await SystemProgram.run(["/bin/echo", "a b", "$HOME", "`id`"])
    #expect(echo.status == .exited(0) && echo.output == "a b $HOME `id`\n")
    #expect(try await SystemProgram.run(["/bin/false"]).status == .exited(1))
    let killed = try await SystemProgram.run(["/bin/sh", "-c", "echo said >&2; kill -9 $$"])
    #expect(killed.status == .signalled(9) && killed.output == "said\n")
    let long = try await SystemProgram.run(["/usr/bin/seq", "100000"], outputLimit: 20)
    #expect(
      long.status == .exited(0) && long.output.hasSuffix("99999\n100000\n") && long.output.utf8.count == 20)
    let late = try await SystemProgram.run(["/bin/sleep", "300"], timeLimit: .milliseconds(20))
    #expect(late.status == .timedOut)
    let error = await #expect(throws: EmbeddedPostgresError.self) {
      try await SystemProgram.run(["/no/such/program", "it's"])
    }
    #expect(error?.code == .systemFailure)
    #expect(error?.command == #"/no/such/program 'it'\''s'"#)
  }

  @Test("A child process starts in / with a clean environment, no blocked signals, no inherited descriptors")
  func childSurroundings() async throws {
    let place = try await SystemProgram.run(["/bin/pwd"])
    #expect(place.output == "/\n")
    let variables = try await SystemProgram.run(["/usr/bin/env"]).output
    #expect(
      Set(variables.split(separator: "\n").compactMap { $0.split(separator: "=").first }) == [
        "PATH", "LC_ALL", "HOME",
      ])
    let status = try await SystemProgram.run(["/bin/cat", "/proc/self/status"]).output
    for name in ["SigBlk:", "SigIgn:"] {
      let mask = status.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: "\t").last
      // Without 32 and 33, which glibc uses itself.
      #expect(mask.flatMap { UInt64($0, radix: 16) }.map { $0 & 0x7fff_ffff } == 0, "\(name)")
    }
    // The fourth is the directory that ls reads.
    let descriptors = try await SystemProgram.run(["/bin/ls", "/proc/self/fd"]).output
    #expect(descriptors == "0\n1\n2\n3\n")
  }

  @Test("Cancelling the task ends the child process")
  func childCancelled() async throws {
    let task = Task { try await SystemProgram.run(["/bin/sleep", "300"]) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("The socket is beside the data unless the path is too long or has a special meaning in libpq")
  func socketDirectory() {
    let fits = "/" + String(repeating: "x", count: 87)
    #expect(SocketDirectory.path(home: fits) == fits + "/run")
    #expect((fits + "/run/.s.PGSQL.65535").utf8.count == SocketDirectory.maximumSocketPath)
    for home in [fits + "x", "/a,b", "/a\"b", "/a\\b", "/a\nb", "/" + String(repeating: "ü", count: 44)] {
      let path = SocketDirectory.path(home: home)
      #expect(path.hasPrefix("/tmp/seed-runner-") && path.utf8.count == 29)
      #expect(path == SocketDirectory.path(home: home))
    }
    #expect(SocketDirectory.path(home: "/a,b") != SocketDirectory.path(home: "/a,c"))
  }

  @Test("A socket directory that another user could have created is rejected")
  func foreignSocketDirectory() async throws {
    try await TemporaryProject.use { project in
      let user = try #require(ServerUser.withID(geteuid()))
      let path = project.path + "/run"
      try SocketDirectory.prepare(path, for: user)
      #expect(permissions(of: path) == 0o700)
      chmod(path, 0o777)
      #expect(throws: EmbeddedPostgresError.self) { try SocketDirectory.check(path, for: user) }
      try SocketDirectory.prepare(path, for: user)
      #expect(permissions(of: path) == 0o700)
      let other = ServerUser(id: user.id + 1, group: user.group, name: "other")
      let foreign = #expect(throws: EmbeddedPostgresError.self) {
        try SocketDirectory.check(path, for: other)
      }
      #expect(foreign?.message.contains("belongs to user id \(user.id)") == true)
      symlink(path, project.path + "/link")
      let linked = #expect(throws: EmbeddedPostgresError.self) {
        try SocketDirectory.prepare(project.path + "/link", for: user)
      }
      #expect(linked?.message.contains("symbolic link") == true)
    }
  }

  @Test("An incomplete pid file is parsed as far as possible")
  func postmasterFile() {
    let full = PostmasterFile("123\n/data\n1700000000\n5433\n/a b/run\n127.0.0.1\n   5 6\nready   \n")
    #expect(full?.processID == 123 && full?.startTime == 1_700_000_000 && full?.port == 5433)
    #expect(
      full?.socketDirectory == "/a b/run" && full?.listenAddress == "127.0.0.1" && full?.status == "ready")
    let begun = PostmasterFile("123\n/data\n")
    #expect(begun?.processID == 123 && begun?.port == 0 && begun?.status == "")
    for text in ["", "\n", "abc\n", "-5\n", "0\n", "99999999999\n"] { #expect(PostmasterFile(text) == nil) }
  }

  @Test("A process is identified as the server of that directory, another program, or gone")
  func processOwner() throws {
    let sleeper = try Sleeper()
    #expect(PostmasterFile("\(sleeper.process)\n")?.owner(dataDirectory: "/") == .another)
    #expect(PostmasterFile("\(getpid())\n")?.owner(dataDirectory: "/tmp") == .another)
    kill(sleeper.process, SIGKILL)
    // An ended process that its parent has not reaped must not count as running.
    var info = siginfo_t()
    waitid(P_PID, id_t(sleeper.process), &info, WEXITED | WNOWAIT)
    #expect(PostmasterFile("\(sleeper.process)\n")?.owner(dataDirectory: "/") == .gone)
    sleeper.end()
    #expect(PostmasterFile("\(sleeper.process)\n")?.owner(dataDirectory: "/") == .gone)
  }

  @Test("Passwords have 256 random bits, and the passfile has this machine only")
  func passfile() {
    let passwords = (0..<100).map { _ in Passfile.makePassword() }
    #expect(Set(passwords).count == 100)
    #expect(passwords.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
    #expect(
      Passfile.text(role: "a:b", password: "p")
        == "127.0.0.1:*:*:a\\:b:p\n\\:\\:1:*:*:a\\:b:p\nlocalhost:*:*:a\\:b:p\n")
  }

  @Test("An error has the problem, the place, the command and the fix")
  func errorText() {
    let error = EmbeddedPostgresError(
      .startFailed, "it ended", path: "/log", command: ["/bin/postgres", "-D", "/a b"], output: "one\ntwo",
      fix: "look")
    #expect(
      error.description == """
        it ended
        Path:    /log
        Command: /bin/postgres -D '/a b'
          | one
          | two
        Fix:     look
        """)
  }

  @Test("Writing replaces a file as a whole, and deleting removes links without following them")
  func files() async throws {
    try await TemporaryProject.use { project in
      let file = project.path + "/file"
      try FileSystem.write("one", to: file, permissions: 0o600)
      try FileSystem.write("two", to: file, permissions: 0o600)
      #expect(FileSystem.read(file) == "two" && permissions(of: file) == 0o600)
      #expect(FileSystem.read(file, offset: 1, limit: 1) == "w")
      try FileSystem.makeDirectory(project.path + "/tree", permissions: 0o700)
      symlink(file, project.path + "/tree/link")
      #expect(FileSystem.diskUsage(project.path) >= FileSystem.diskUsage(file))
      try FileSystem.remove(project.path + "/tree")
      #expect(owner(of: project.path + "/tree") == nil && FileSystem.read(file) == "two")
      let error = #expect(throws: EmbeddedPostgresError.self) {
        try FileSystem.write("x", to: project.path + "/none/file", permissions: 0o600)
      }
      #expect(error?.path == project.path + "/none/file.new")
    }
  }
}
