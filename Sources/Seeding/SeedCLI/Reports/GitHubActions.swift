import FoundationEssentials
import SeedKit

/// Annotations and the step summary of GitHub Actions.
///
/// See https://docs.github.com/actions/reference/workflow-commands-for-github-actions
struct GitHubActions: Sendable {
  /// The file to which the step summary is appended; nil outside GitHub Actions.
  let summaryPath: String?
  /// Whether to print annotations, which is true in GitHub Actions.
  let annotates: Bool
  private let workspace: String?
  private let directory: String

  /// The maximum number of annotations. GitHub shows ten of each kind per step and fifty per job.
  static let annotationLimit = 50

  init(environment: [String: String], directory: String = FileManager.default.currentDirectoryPath) {
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    summaryPath = variable("GITHUB_STEP_SUMMARY")
    annotates = variable("GITHUB_ACTIONS") == "true"
    workspace = variable("GITHUB_WORKSPACE")
    self.directory = directory
  }

  /// The workflow commands for the errors and retries of a run, one per line.
  func annotations(_ record: RunRecord) -> [String] {
    var lines: [String] = []
    for seeder in record.seeders where seeder.outcome == .failed {
      guard let failure = seeder.failure else { continue }
      lines += annotations(failure, title: "seed-runner: \(seeder.id)")
    }
    for found in record.verifications where found.outcome == .failed {
      lines.append(
        Self.command("error", ["title": "seed-runner: verification of \(found.name)"], found.found))
    }
    if let failure = record.failure { lines += annotations(failure, title: "seed-runner \(record.command)") }
    var subjects: [String: [RetryRecord]] = [:]
    for retry in record.allRetries { subjects[retry.subject, default: []].append(retry) }
    for (subject, retries) in subjects.sorted(by: { $0.key < $1.key }) {
      lines.append(
        Self.command(
          "warning", ["title": "seed-runner: \(subject) was retried"],
          retries.map(RetryText.line).joined(separator: "\n")))
    }
    let rest = lines.count - Self.annotationLimit
    guard rest > 0 else { return lines }
    return lines.prefix(Self.annotationLimit) + [
      "and \(rest) more annotations; see the reports for all of them"
    ]
  }

  private func annotations(_ failure: FailureReport, title: String) -> [String] {
    guard !failure.faults.isEmpty else {
      return [Self.command("error", ["title": title], failure.lines.joined(separator: "\n"))]
    }
    return failure.faults.map { fault in
      var properties = ["title": title, "file": path(fault.file)]
      properties["line"] = fault.line.map(String.init)
      properties["col"] = fault.column.map(String.init)
      let place = [fault.record.map { "record \($0)" }, fault.field.map { "field '\($0)'" }]
        .compactMap(\.self).joined(separator: ", ")
      return Self.command(
        "error", properties, "\(place.isEmpty ? "" : place + ": ")\(fault.problem) [\(fault.code.id)]")
    }
  }

  /// The path of a file relative to the repository, as annotations require.
  func path(_ file: String) -> String {
    guard let workspace else { return file }
    let root = workspace.hasSuffix("/") ? workspace : workspace + "/"
    if file.hasPrefix(root) { return String(file.dropFirst(root.count)) }
    // A relative path that does not exist names a built-in file, which is not in the repository.
    guard !file.hasPrefix("/"), directory.hasPrefix(root),
      FileManager.default.fileExists(atPath: "\(directory)/\(file)")
    else { return file }
    return directory.dropFirst(root.count) + "/" + (file.hasPrefix("./") ? file.dropFirst(2) : file[...])
  }

  /// Formats a workflow command: `::error file=…,line=…,title=…::message`.
  static func command(_ name: String, _ properties: [String: String], _ message: String) -> String {
    let order = ["file", "line", "title"]
    let text = order.compactMap { key in properties[key].map { "\(key)=\(property($0))" } }
    return "::\(name)\(text.isEmpty ? "" : " " + text.joined(separator: ","))::\(data(message))"
  }

  private static func data(_ text: String) -> String {
    // Iterate over scalars, because \r\n is one Character in Swift.
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func property(_ text: String) -> String {
    data(text).unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case ":": result += "%3A"
      case ",": result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
