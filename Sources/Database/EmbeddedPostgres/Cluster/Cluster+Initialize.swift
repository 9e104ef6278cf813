import Basics
import Glibc

extension Cluster {
  /// The superuser that `initdb` makes. The role of the settings is made later, so that the settings
  /// may change.
  static let bootstrapRole = "postgres"

  /// Makes the data directory: in a folder beside it, renamed when it is complete, so that an `initdb`
  /// that was killed leaves nothing that looks like data.
  func initialize(_ binaries: PostgresBinaries, timeout: Duration) async throws {
    let partial =
      home + "/" + Self.partialPrefix + Digest.short("\(getpid())-\(UInt64.random(in: .min ... .max))")
    var arguments = [
      binaries.program("initdb"), "--pgdata=\(partial)", "--username=\(Self.bootstrapRole)",
      "--encoding=UTF8", "--locale=C", "--auth-local=peer", "--auth-host=reject", "--no-instructions",
    ]
    // Sorted by code point either way; the provider also knows upper and lower case beyond ASCII.
    if binaries.majorVersion >= 17 { arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] }
    let command = try user.command(arguments)
    do {
      let result = try await SystemProgram.run(command, timeLimit: timeout)
      guard result.status == .exited(0) else {
        throw EmbeddedPostgresError(
          .initializationFailed, "initdb failed to create the data directory: \(result.status)",
          path: partial,
          command: command,
          output: result.output.split(separator: "\n").suffix(20).joined(separator: "\n"),
          fix: "see the output above; a common cause is a full disk")
      }
      try user.accessingFiles {
        let path = partial + "/postgresql.conf"
        guard let text = FileSystem.read(path, limit: 1 << 20) else { throw FileSystem.failure("read", path) }
        let name = ServerConfiguration.fileName
        try FileSystem.write(text + "\ninclude '\(name)'\n", to: path, permissions: 0o600)
        // A password of the cluster that was here before would no longer be right.
        try FileSystem.remove(passfile)
        // An empty directory may stand in the way.
        rmdir(data)
        guard rename(partial, data) == 0 else { throw FileSystem.failure("rename to \(data)", partial) }
      }
    } catch {
      try? removePartials()
      throw error
    }
  }

  /// Removes what a killed `initdb` or removal left. To be called with the lock held.
  func removePartials() throws {
    try user.accessingFiles {
      for name in FileSystem.list(home) where name.hasPrefix(Self.partialPrefix) {
        // Not worth failing for: an `initdb` that lost its parent may still be writing there, and the
        // next start removes it.
        try? FileSystem.remove(home + "/" + name)
      }
    }
  }

  /// Writes the configuration files, those that differ only.
  func configure(_ configuration: ServerConfiguration, roles: [String], majorVersion: Int) throws {
    let files = [
      (ServerConfiguration.fileName, configuration.text),
      ("pg_hba.conf", ServerConfiguration.hostBasedAccess(listensOnTCP: configuration.listensOnTCP)),
      (
        "pg_ident.conf",
        ServerConfiguration.userMap(serverUser: user.name, roles: roles, majorVersion: majorVersion)
      ),
    ]
    try user.accessingFiles {
      for (name, text) in files where FileSystem.read(data + "/" + name, limit: 1 << 20) != text {
        try FileSystem.write(text, to: data + "/" + name, permissions: 0o600)
      }
    }
  }
}
