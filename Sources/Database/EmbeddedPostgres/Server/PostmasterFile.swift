import Glibc

/// The contents of `postmaster.pid`, which a running server writes.
struct PostmasterFile: Equatable {
  let processID: pid_t
  /// Seconds since 1970.
  let startTime: Int
  let port: Int
  let socketDirectory: String
  /// The first address that it listens on; empty without TCP.
  let listenAddress: String
  /// `starting`, `ready`, `stopping`.
  let status: String

  /// Nil for a file that is not complete enough to reach the server.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: " ").first.map(String.init) ?? ""
    }
    guard let process = Int32(lines[0]), process > 0 else { return nil }
    func line(_ index: Int) -> String { index < lines.count ? lines[index] : "" }
    processID = process
    startTime = Int(line(2)) ?? 0
    port = Int(line(3)) ?? 0
    // A path may contain spaces.
    let raw = text.split(separator: "\n", omittingEmptySubsequences: false)
    socketDirectory = raw.count > 4 ? String(raw[4]) : ""
    listenAddress = line(5)
    status = line(7)
  }

  /// What the process with the id in the file is now.
  enum Owner: Equatable {
    /// The process has ended.
    case gone
    /// The process is the server of this data directory.
    case server
    /// The process is another program with the same id.
    case another
  }

  func owner(dataDirectory: String) -> Owner {
    // The state follows the name in brackets, which may contain brackets itself.
    if let status = FileSystem.read("/proc/\(processID)/stat"), let bracket = status.lastIndex(of: ")") {
      let state = status[bracket...].dropFirst(2).first
      if state == "Z" || state == "X" { return .gone }
    } else if kill(processID, 0) != 0, errno == ESRCH {
      return .gone
    }
    let arguments = (FileSystem.read("/proc/\(processID)/cmdline") ?? "").split(separator: "\0").map(
      String.init)
    guard let program = arguments.first?.split(separator: "/").last,
      ["postgres", "postmaster"].contains(program)
    else { return .another }
    let named = arguments.firstIndex(of: "-D").flatMap { index in
      index + 1 < arguments.count ? FileSystem.target(arguments[index + 1])?.identity : nil
    }
    // A server's working directory is its data directory, however it was started.
    let working = FileSystem.target("/proc/\(processID)/cwd")?.identity
    guard let data = FileSystem.target(dataDirectory)?.identity else { return .another }
    return named == data || working == data ? .server : .another
  }

  /// Processes that work in the data directory. Children may outlive a killed server, and a second server beside
  /// them would destroy the data.
  static func processes(workingIn dataDirectory: String) -> [pid_t] {
    guard let data = FileSystem.target(dataDirectory)?.identity else { return [] }
    return FileSystem.list("/proc").compactMap { pid_t($0) }.filter {
      FileSystem.target("/proc/\($0)/cwd")?.identity == data
    }
  }
}
