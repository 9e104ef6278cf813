import CLinux
import Glibc

/// Starts programs with an argument array, never with a shell.
package enum Spawn {
  /// A program could not be started.
  package struct Failure: Error {
    /// The system's error number.
    package let number: Int32
  }

  /// Starts a program without blocked or ignored signals, with standard input from `/dev/null`, and without
  /// inherited descriptors. An inherited pipe would make the caller's `seed-runner | cat` wait for the child to
  /// end.
  ///
  /// - Parameters:
  ///   - command: the path of the program, or its name in `PATH`, and its arguments.
  ///   - environment: all its variables, as `NAME=value`.
  ///   - directory: its working directory.
  ///   - output: its standard output.
  ///   - errors: its standard error.
  ///   - newSession: whether it gets its own session, so that Ctrl-C in the terminal does not reach it.
  /// - Returns: the process id.
  package static func start(
    _ command: [String], environment: [String], directory: String = "/", output: Int32, errors: Int32,
    newSession: Bool = false
  ) throws(Failure) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, directory)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let session = newSession ? Int32(clinux_posix_spawn_setsid) : 0
    posix_spawnattr_setflags(
      &attributes, Int16(Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | session))

    var arguments = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var process = pid_t()
    let status = posix_spawnp(
      &process, command.first ?? "", &actions, &attributes, &arguments, &variables)
    guard status == 0 else { throw Failure(number: status) }
    return process
  }
}
