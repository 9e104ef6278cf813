import FoundationEssentials
import Glibc
import SeedKit

/// Standard output and standard error: the answer goes to the one, progress to the other.
struct Console: Sendable {
  /// The program's name, for help with a command line that was not understood.
  var program = SeedRunnerCommand.name
  /// Whether progress is written at all.
  var isQuiet = false
  /// Whether debug lines are written.
  var isDebug = false
  /// Writes structured events in place of lines, if that was asked for.
  var log: JSONLog?
  /// What can be done with standard error.
  var terminal = Terminal.plain
  /// What can be done with standard output.
  var answers = Terminal.plain
  /// Where it goes.
  var screen = Screen.shared

  /// The columns that the answer is to fit; nil if it goes to no terminal.
  var columns: Int? { answers.isTerminal ? Terminal.width : nil }

  /// Writes a line of the answer. Names and values in it may come from anywhere; they steer no terminal.
  func answer(_ line: String) { screen.answer(DisplayText.line(line) + "\n") }

  /// Writes an answer of several lines that is for a program, byte by byte unless a person reads it.
  func answer(document: String) {
    screen.answer((answers.isTerminal ? DisplayText.lines(document) : document) + "\n")
  }

  /// Writes a line that is for the machinery around us, with nothing before it; not into a structured log, of
  /// which every line is JSON.
  func command(_ line: String) {
    guard log == nil else { return }
    screen.tell(DisplayText.line(line) + "\n")
  }

  /// Writes a line of the answer, in colours if they are wanted.
  func answer(_ line: StyledLine) { screen.answer(line.rendered(columns: .max, on: answers) + "\n") }

  /// Writes a line of progress.
  func progress(_ line: String) { tell(LogEvent(.message).with(.message, line), text: line) }

  /// Writes an event to the structured log, or else its text as a line of progress.
  ///
  /// - Parameter event: nil for what the log has no event for.
  func tell(_ event: LogEvent?, text: String) {
    guard log == nil else {
      if let event { tell(event) }
      return
    }
    guard !isQuiet else { return }
    write(text)
  }

  /// Writes an event, if the log is structured.
  func tell(_ event: LogEvent) {
    guard let log, event.level >= (isQuiet ? .error : isDebug ? .debug : .info) else { return }
    screen.tell(log.line(for: event, at: Date()) + "\n")
  }

  /// Writes a debug line.
  func debug(_ line: @autoclosure () -> String) {
    guard isDebug else { return }
    if log != nil { return tell(LogEvent(.debug).with(.message, line())) }
    write("debug: " + line())
  }

  /// Writes the error that ended a command, even if the console is quiet.
  func error(_ failure: FailureReport, exitCode: ExitCode, seeAlso: String? = nil) {
    guard log == nil else {
      tell(
        LogEvent(.error).with(.message, failure.message).with(.errorCode, failure.code.id)
          .with(.fix, failure.fix).with(.sqlState, failure.sqlState)
          .with(.exitCode, Int(exitCode.rawValue)))
      for fault in failure.faults { tell(LogEvent.fault(fault)) }
      return
    }
    let title = StyledLine.Look.red.applied(to: "Error:", hasColour: terminal.hasColour)
    var lines = failure.lines
    if let fix = failure.fix { lines.append("Fix: \(fix)") }
    lines.append("See '\(seeAlso ?? "\(program) explain \(failure.code.id)")'.")
    write(lines.joined(separator: "\n"), after: title + " ")
  }

  /// Writes why a command line is invalid.
  func error(_ error: UsageError) {
    let failure = FailureReport(
      error.errorCode, message: UsageErrorFormatter.message(for: error, program: program),
      fix: UsageErrorFormatter.help(for: error, program: program))
    self.error(
      failure, exitCode: .usage, seeAlso: UsageErrorFormatter.reference(for: error, program: program))
  }

  /// Asks on the terminal and reads a line; nil if there is no terminal to ask on.
  func ask(_ question: String) -> String? {
    guard isatty(STDIN_FILENO) != 0 else { return nil }
    screen.tell(DisplayText.line(question) + " ")
    return readLine(strippingNewline: true)
  }

  /// Writes lines to standard error. What a server or a file says must not steer a terminal.
  func write(_ text: String, after trusted: String = "") {
    screen.tell(trusted + DisplayText.lines(text) + "\n")
  }
}

extension Console {
  /// Ends a command: an answer that could not be written was not given.
  ///
  /// - Returns: the exit code, of the command or of the lost answer.
  func finish(_ code: ExitCode) -> ExitCode {
    guard let reason = screen.lostAnswer else { return code }
    let result = code == .success ? .internalFault : code
    error(
      FailureReport(.internalError, message: "the output could not be written: \(reason)", fix: nil),
      exitCode: result)
    return result
  }

  /// The console of a command line that was not read yet.
  ///
  /// - Parameters:
  ///   - arguments: `--log-format json` counts wherever it stands, so that a fault of the command line, too,
  ///     is told in that format.
  ///   - environment: what says what a terminal can do.
  init(arguments: [String], environment: [String: String], runID: UUID) {
    terminal = Terminal(descriptor: STDERR_FILENO, environment: environment)
    answers = Terminal(descriptor: STDOUT_FILENO, environment: environment)
    let options = arguments.prefix { $0 != "--" }
    let isJSON = zip(options, options.dropFirst()).contains { $0 == "--log-format" && $1 == "json" }
    if isJSON || options.contains("--log-format=json") { log = JSONLog(runID: runID) }
  }
}
