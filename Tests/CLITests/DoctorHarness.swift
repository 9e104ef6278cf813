import FoundationEssentials
import SeedTesting
import Testing

/// A run of `seed-runner doctor --format json`, parsed.
struct Diagnosis: Decodable {
  struct Check: Decodable {
    let name: String
    let outcome: String
    let found: String
    let fix: String?

    enum CodingKeys: String, CodingKey {
      case name, outcome, found
      case fix = "remedy"
    }
  }

  let success: Bool
  let programVersion: String
  let environment: String
  let database: String?
  let checks: [Check]
  /// The output and the exit code of the program.
  var result = SeedRunnerBinary.Result(exitCode: -1, output: "", errors: "")

  enum CodingKeys: String, CodingKey {
    case success, environment, database, checks
    case programVersion = "program_version"
  }

  /// Runs the program.
  static func of(
    _ url: String?, _ arguments: [String] = [], variables: [String: String] = [:]
  ) async throws -> Diagnosis {
    let process = try SeedRunnerBinary.start(
      ["doctor", "--format", "json"] + arguments, url: url, variables: variables)
    let end = try await process.wait()
    var diagnosis = try #require(
      try? JSONDecoder().decode(Diagnosis.self, from: Data(end.output.utf8)), "\(end.output)\(end.errors)")
    diagnosis.result = SeedRunnerBinary.Result(
      exitCode: end.exitCode, output: end.output, errors: end.errors)
    return diagnosis
  }

  subscript(name: String) -> Check? { checks.first { $0.name == name } }

  /// The names of the checks with an outcome.
  func names(_ outcome: String) -> [String] { checks.filter { $0.outcome == outcome }.map(\.name) }

  /// Expects the outcome of a check, words in its finding, and a fix for a warning or a failure.
  func expect(
    _ name: String, _ outcome: String, _ words: String..., fix: String? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    let check = self[name]
    let all = "\(name): \(check.map { "\($0.outcome): \($0.found) / \($0.fix ?? "-")" } ?? "missing")"
    #expect(check?.outcome == outcome, "\(all)", sourceLocation: location)
    for word in words {
      #expect(check?.found.contains(word) == true, "'\(word)' is not in \(all)", sourceLocation: location)
    }
    #expect(
      (check?.fix != nil) == ["warning", "failure"].contains(outcome), "\(all)", sourceLocation: location)
    if let fix {
      #expect(
        check?.fix?.contains(fix) == true, "'\(fix)' is not in \(all)", sourceLocation: location)
    }
  }
}
