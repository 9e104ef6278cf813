import Basics
import FoundationEssentials
import Glibc
import SeedKit

/// Writes the output to standard output, and progress and errors to standard error.
struct Console: Sendable {
  /// The name of the program, for hints.
  var program = SeedRunnerCommand.name
  /// The program that explains error codes; nil if `program` does.
  var explainer: String?
  /// Whether lines on standard error begin with the time, as in the log of a service.
  var isStamped = false
  /// Whether progress is suppressed.
  var isQuiet = false
  /// Whether debug lines are written.
  var isDebug = false
  /// The structured log that replaces lines; nil for text.
  var log: JSONLog?
  /// The capabilities of standard error.
  var terminal = Terminal.plain
  /// The capabilities of standard output.
  var answers = Terminal.plain
  /// The destination.
  var screen = Screen.shared

  /// The width of the terminal; nil if standard output is not a terminal.
  var columns: Int? { answers.isTerminal ? Terminal.width : nil }

  /// Writes a line of output. Control characters are escaped, because names and values may come from anywhere.
  func answer(_ line: String) { screen.answer(DisplayText.line(line) + "\n") }

  /// Writes output for a program, unchanged unless standard output is a terminal.
  func answer(document: String) {
    screen.answer((answers.isTerminal ? DisplayText.lines(document) : document) + "\n")
  }

  /// Writes a line for the CI system, without a prefix. Not into a structured log, whose lines are all JSON.
  func command(_ line: String) {
    guard log == nil else { return }
    screen.tell(DisplayText.line(line) + "\n")
  }

  /// Writes a line of output, in color if the terminal supports it.
  func answer(_ line: StyledLine) { screen.answer(line.rendered(columns: .max, on: answers) + "\n") }

  /// Writes a line of progress.
  func progress(_ line: String) { tell(LogEvent(.message).with(.message, line), text: line) }

  /// Writes an event to the structured log, or its text as a line of progress.
  ///
  /// - Parameter event: nil if the log has no event for it.
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
    lines.append("See '\(seeAlso ?? "\(explainer ?? program) explain \(failure.code.id)")'.")
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

  /// Asks a question and reads a line; nil if standard input is not a terminal.
  func ask(_ question: String) -> String? {
    guard isatty(STDIN_FILENO) != 0 else { return nil }
    screen.tell(DisplayText.line(question) + " ")
    return readLine(strippingNewline: true)
  }

  /// Writes lines to standard error. Control characters are escaped and long lines are cut, because texts may come from
  /// a server or a file.
  func write(_ text: String, after trusted: String = "") {
    let text = DisplayText.lines(text, limit: TerminalText.lineLimit)
    guard isStamped else { return screen.tell(trusted + text + "\n") }
    let time = Date().formatted(.iso8601WithMilliseconds)
    // The further lines of an event are marked, so that none of them can be mistaken for an event.
    screen.tell("\(time) \((trusted + text).replacing("\n", with: "\n\(time) | "))\n")
  }
}

extension Console {
  /// Ends a command. Output that could not be written is an error.
  ///
  /// - Returns: the exit code of the command, or of the lost output.
  func finish(_ code: ExitCode) -> ExitCode {
    guard let reason = screen.lostAnswer else { return code }
    let result = code == .success ? .internalFault : code
    error(
      FailureReport(.internalError, message: "the output could not be written: \(reason)", fix: nil),
      exitCode: result)
    return result
  }

  /// Creates the console before the command line is parsed.
  ///
  /// - Parameters:
  ///   - arguments: the arguments. `--log-format json` counts wherever it is, so that errors of the command line also
  ///     have that format.
  ///   - environment: the variables that describe the terminal.
  init(arguments: [String], environment: [String: String], runID: UUID) {
    terminal = Terminal(descriptor: STDERR_FILENO, environment: environment)
    answers = Terminal(descriptor: STDOUT_FILENO, environment: environment)
    let options = arguments.prefix { $0 != "--" }
    let isJSON = zip(options, options.dropFirst()).contains { $0 == "--log-format" && $1 == "json" }
    if isJSON || options.contains("--log-format=json") { log = JSONLog(runID: runID) }
  }
}
