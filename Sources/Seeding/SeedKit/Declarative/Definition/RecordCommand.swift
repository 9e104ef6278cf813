import Basics
import CLinux
import FoundationEssentials
import Glibc
import Threads

/// A program whose standard output contains the records of a table.
struct RecordCommand: Sendable, CustomStringConvertible {
  /// The program and its arguments.
  let arguments: [String]
  /// The files in the seeder's folder that the records depend on.
  let inputs: [String]
  let timeLimit: Duration
  /// The line of the command in the definition.
  let line: Int

  /// `python3 rows.py`
  var description: String { arguments.joined(separator: " ") }

  /// Runs the program in the seeder's folder, with this process's environment and standard error.
  ///
  /// - Returns: its output, which is held in a file without a name.
  /// - Throws: ``FixtureError`` if it fails; `CancellationError`.
  func run(in folder: DataFolder, definition path: String) async throws -> ByteSource {
    func fault(_ found: String, _ expected: String) -> FixtureError {
      FixtureError([
        FixtureFault(
          .unreadableFile, file: path, line: line, field: "command", found: found, expected: expected)
      ])
    }
    guard case .directory(let directory, _) = folder else {
      throw fault("a command of a built-in seeder", "a seeder in a folder")
    }
    let output = try Self.unnamedFile()
    do {
      let status = try await ProgramRun.run(
        arguments, environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" },
        directory: directory, errors: STDERR_FILENO, endsChildren: true, timeLimit: timeLimit
      ) { part in try Self.write(part, to: output) }
      switch status {
      case .exited(0): break
      case .exited(let code):
        throw fault("the command '\(self)', which exited with status \(code)", "exit status 0")
      case .signalled(let signal):
        throw fault("the command '\(self)', which signal \(signal) ended", "exit status 0")
      case .timedOut:
        throw fault(
          "the command '\(self)', which did not end in time",
          "its end within \(timeLimit.components.seconds) s")
      }
    } catch let failure as Spawn.Failure {
      close(output)
      throw fault(
        "'\(self)', which cannot be started (\(Self.text(failure.number)))", "a program that can be started")
    } catch {
      close(output)
      throw error
    }
    lseek(output, 0, SEEK_SET)
    return ByteSource(descriptor: output)
  }

  private static func unnamedFile() throws -> Int32 {
    var name = Array(
      FileManager.default.temporaryDirectory.appending(path: "seed-runner-XXXXXX").path.utf8CString)
    let descriptor = mkostemp(&name, O_CLOEXEC)
    guard descriptor >= 0 else { throw RegularFile.systemFailure(errno) }
    unlink(name)
    return descriptor
  }

  private static func write(_ part: ArraySlice<UInt8>, to descriptor: Int32) throws {
    var rest = part
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR else { throw RegularFile.systemFailure(errno) }
        continue
      }
      rest = rest.dropFirst(count)
    }
  }

  private static func text(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }
}

extension DefinitionReader {
  /// The command of a table; nil without one.
  func command(_ object: JSONObjectReader, format: DataFormat?) -> RecordCommand? {
    guard !object.isAbsent("command") else {
      for key in ["inputs", "timeLimit"] where !object.isAbsent(key) {
        object.fault(key, found: "'\(key)' without 'command'", expected: "both")
      }
      return nil
    }
    for key in ["files", "rows"] where object.take(key) != nil {
      object.fault("command", found: "'command' and '\(key)'", expected: "one of them")
    }
    let arguments = object.strings("command", count: 1...1_000, expected: "a string") {
      $0.utf8.contains(0) ? nil : $0
    }
    let inputs =
      object.stringsIfAny("inputs", expected: "a path inside the seeder's folder", Self.normalized) ?? []
    if format == nil {
      object.fault("format", found: JSONFault.nothing, expected: "the format of the command's output")
    } else if let format, format.framework != nil {
      object.fault("format", found: "the format \(format) with a command", expected: "a format of records")
    }
    var limit = 60
    if let node = object.take("timeLimit"), !node.isNull {
      if case .number(let text) = node.value, let seconds = Int(text), (1...86_400).contains(seconds) {
        limit = seconds
      } else {
        object.mismatch(node, "timeLimit", expected: "a number of seconds from 1 to 86400")
      }
    }
    guard arguments.first?.isEmpty == false else { return nil }
    return RecordCommand(
      arguments: arguments, inputs: inputs, timeLimit: .seconds(limit),
      line: object.position(of: "command").line)
  }
}
