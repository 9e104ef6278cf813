import CLibPQ
import Glibc

extension LibPQConnection {
  /// Connects within the configured timeout.
  ///
  /// Does not use `PQconnectdb`, because its timeout has a resolution of seconds, and because only an unfinished
  /// connection can be set to include the SQLSTATE in its message. Without the SQLSTATE, a wrong password looks
  /// like a server that is starting.
  static func connect(_ configuration: PostgresConfiguration) throws -> LibPQConnection {
    let deadline = ContinuousClock.now + configuration.connectTimeout
    let parameters = configuration.parameters
    let started = withCStrings(parameters.map(\.name)) { names in
      withCStrings(parameters.map(\.value)) { PQconnectStartParams(names, $0, 0) }
    }
    guard let raw = started else {
      throw PostgresError(code: .resourcesExhausted, message: "out of memory while connecting")
    }
    let connection = LibPQConnection(raw)
    PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
    var status = connection.isBad ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
    while status != PGRES_POLLING_OK {
      guard status != PGRES_POLLING_FAILED else {
        throw connection.connectError(configuration)
      }
      let events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
      guard try connection.wait(for: Int16(events), until: deadline) else {
        throw PostgresError(
          code: .connectionFailed,
          message: "no response from \(configuration) within \(configuration.connectTimeout)",
          connectionFault: .unanswered)
      }
      status = PQconnectPoll(raw)
    }
    PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
    return connection
  }

  private var isBad: Bool { PQstatus(raw) == CONNECTION_BAD }

  /// Waits until the socket is ready. Returns false after the deadline.
  ///
  /// - Throws: `CancellationError`, at most 0.1 seconds after the task was canceled.
  func wait(for events: Int16, until deadline: ContinuousClock.Instant) throws -> Bool {
    var descriptor = pollfd(fd: PQsocket(raw), events: events, revents: 0)
    while true {
      try Task.checkCancellation()
      let left = deadline - .now
      guard left > .zero else { return false }
      let ready = poll(&descriptor, 1, Int32(min(left.milliseconds + 1, 100)))
      // An error of poll is a socket error, which libpq reports better.
      if ready > 0 || (ready < 0 && errno != EINTR) { return true }
    }
  }

  private func connectError(_ configuration: PostgresConfiguration) -> PostgresError {
    let (message, state) = Self.readVerbose(errorMessage)
    // libpq itself found that it has no password to send. A retry would not help.
    let isWithoutPassword = PQconnectionNeedsPassword(raw) == 1
    let sqlState = state ?? (isWithoutPassword ? .invalidPassword : nil)
    // A pooler uses the SQLSTATE of a protocol violation for all its errors.
    let isNamed = sqlState.map { $0.rawValue != "08P01" } ?? false
    return PostgresError(
      code: .connectionFailed, message: "cannot connect to \(configuration): \(message)", sqlState: sqlState,
      connectionFault: isNamed
        ? sqlState.flatMap(ConnectionFault.init(sqlState:)) : ConnectionFault(message: errorMessage))
  }

  /// Parses `FATAL:  28P01: password authentication failed` and removes the line with the location in the server's
  /// source.
  static func readVerbose(_ text: String) -> (message: String, state: SQLState?) {
    var state: SQLState?
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }.map { line in
      // With several hosts, or with and without TLS, there are several such lines, and the last one decides. A
      // SQLSTATE here has a digit, unlike the word FATAL.
      guard let match = line.firstMatch(of: #/:\s+(?=[A-Z]*[0-9])([0-9A-Z]{5}):\s/#) else {
        // The second line of libpq's message is indented by a tab.
        return String(line.trimmingPrefix { $0 == "\t" })
      }
      state = SQLState(rawValue: String(match.output.1))
      return line[..<match.range.lowerBound] + ": " + line[match.range.upperBound...]
    }
    return (lines.joined(separator: "; "), state)
  }
}

/// Passes strings to `body` as a NULL-terminated array of C strings, which are valid until it returns.
func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let pointers = texts.map { UnsafePointer(strdup($0)) } + [nil]
  defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
  return body(pointers)
}
