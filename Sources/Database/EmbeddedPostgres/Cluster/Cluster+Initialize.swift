import Basics
import Glibc

extension Cluster {
  /// The superuser that `initdb` creates. The role of the settings is created later, so that the settings may
  /// change.
  static let bootstrapRole = "postgres"

  /// Creates the data directory in a folder beside it and renames it when it is complete, so that a killed `initdb`
  /// leaves nothing that looks like data.
  func initialize(_ binaries: PostgresBinaries, timeout: Duration) async throws {
    let partial =
      home + "/" + Self.partialPrefix + Digest.short("\(getpid())-\(UInt64.random(in: .min ... .max))")
    var arguments = [
      binaries.program("initdb"), "--pgdata=\(partial)", "--username=\(Self.bootstrapRole)",
      "--encoding=UTF8", "--locale=C", "--auth-local=peer", "--auth-host=reject", "--no-instructions",
    ]
    // Both sort by code point. The builtin provider also knows upper and lower case beyond ASCII.
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
        // The password of a previous cluster is no longer valid.
        try FileSystem.remove(passfile)
        // An empty directory would prevent the rename.
        rmdir(data)
        guard rename(partial, data) == 0 else { throw FileSystem.failure("rename to \(data)", partial) }
      }
    } catch {
      try? removePartials()
      throw error
    }
  }

  /// Removes the leftovers of a killed `initdb` or deletion. The caller must hold the lock.
  func removePartials() throws {
    try user.accessingFiles {
      for name in FileSystem.list(home) where name.hasPrefix(Self.partialPrefix) {
        // Errors are ignored: an orphaned `initdb` may still be writing, and the next start tries again.
        try? FileSystem.remove(home + "/" + name)
      }
    }
  }

  /// Removes a data directory that was last written before the machine started, because without fsync a part of it may
  /// never have reached the disk. The caller must hold the lock.
  func discardDataOfEarlierBoot() throws {
    try user.accessingFiles {
      // Written by every checkpoint, also that of a shutdown.
      let written = FileSystem.entry(data + "/global/pg_control")?.modificationTime ?? 0
      guard FileSystem.entry(data) != nil, written < Machine.bootTime else { return }
      // Renamed first in one step, so that a partial deletion is never mistaken for data.
      let partial = home + "/" + Self.partialPrefix + "discarded"
      guard rename(data, partial) == 0 else { throw FileSystem.failure("rename to \(partial)", data) }
      try FileSystem.remove(partial)
    }
  }

  /// Writes the configuration files that differ.
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
