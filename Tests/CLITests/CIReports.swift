import FoundationEssentials
import SeedTesting
import Testing

/// The reports of a run in a temporary folder, parsed as other programs would.
struct CIReports {
  let folder: TemporaryFolder
  var json: String { "\(folder.path)/report.json" }
  var junit: String { "\(folder.path)/report.xml" }
  var summary: String { "\(folder.path)/summary.md" }
  var options: [String] { ["--report-json", json, "--report-junit", junit] }
  /// The variables that GitHub Actions sets.
  var variables: [String: String] {
    [
      "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary, "GITHUB_WORKSPACE": folder.path,
      // The default of the environment ci takes too long for a test.
      "CAPACITY_ROWS": "200", "CAPACITY_IS_PART_OF_ALL": "true",
    ]
  }

  /// The parts of the JSON report that tests read.
  struct Document: Decodable {
    struct Retry: Decodable {
      let subject: String
      let cause: String
      let sqlState: String?
    }
    struct File: Decodable {
      let path: String
      let sha256: String
    }
    struct Seeder: Decodable {
      let id: String
      let outcome: String
      let attempts: Int
      let durationMilliseconds: Double
      let files: [File]
      let retries: [Retry]
      let note: String?
    }
    struct Step: Decodable {
      let name: String
      let outcome: String
    }
    struct Verification: Decodable {
      let name: String
      let outcome: String
    }
    struct Template: Decodable {
      let name: String
      let isMade: Bool
    }
    struct Totals: Decodable {
      let inserted: Int
      let retries: Int
    }

    let result: String
    let exitCode: Int32
    let programVersion: String
    let startedAt: String
    let steps: [Step]
    let seeders: [Seeder]
    let retries: [Retry]
    let verifications: [Verification]
    let template: Template?
    let totals: Totals

    func seeder(_ id: String) -> Seeder? { seeders.first { $0.id == id } }
  }

  func document() throws -> Document {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Document.self, from: Data(contentsOf: URL(filePath: json)))
  }

  func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  /// Validates both reports against their schemas.
  func validate() async throws {
    let root = FileManager.default.currentDirectoryPath
    let environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
    let json = try ChildProcess.start(
      "\(root)/.build/parsers/bin/python",
      [
        "-m", "check_jsonschema", "--schemafile", "\(root)/Documentation/run-report.schema.json",
        self.json,
      ], environment: environment)
    let judged = try await json.wait()
    #expect(judged.exitCode == 0, "\(judged.output)\(judged.errors)")
    let xml = try ChildProcess.start(
      "/usr/bin/xmllint",
      ["--noout", "--schema", "\(root)/Tests/CLITests/Reports/junit.xsd", junit], environment: environment)
    let found = try await xml.wait()
    #expect(found.exitCode == 0, "\(found.output)\(found.errors)")
  }

  static func with(_ body: (CIReports) async throws -> Void) async throws {
    try await TemporaryFolder.with { try await body(CIReports(folder: $0)) }
  }
}
