import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

/// Compares the parser with Python's `csv`. `SEED_TEST_FUZZ` multiplies the number of random files.
@Suite("CSV, compared with Python's reader", .enabled(if: Python.isInstalled))
struct PythonCSVTests {
  private static let script = """
    import csv, io, json, sys
    results = []
    for case in json.load(open(sys.argv[1])):
        text = io.StringIO(case["text"], newline="")
        try:
            rows = csv.reader(text, delimiter=case["delimiter"], quotechar=case["quote"] or None,
                quoting=csv.QUOTE_MINIMAL if case["quote"] else csv.QUOTE_NONE, strict=True)
            results.append([row for row in rows if row])
        except csv.Error:
            results.append(None)
    json.dump(results, sys.stdout)
    """

  private struct Case: Codable {
    let text: String
    let delimiter: String
    let quote: String
  }

  private func read(_ example: Case, chunk: Int) -> [[String]]? {
    var format = CSVFormat(allowed: [.bareQuotes, .carriageReturns])
    format.quote = example.quote.utf8.first
    var parser = CSVParser(format, delimiter: example.delimiter.utf8.first ?? 0)
    var rows: [[String]] = []
    let bytes = Array(example.text.utf8)
    func add(_ record: borrowing CSVRecord) {
      guard !record.isBlank else { return }
      var row: [String] = []
      for index in record.fields.indices { row.append(record.text(index)) }
      rows.append(row)
    }
    do {
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        try parser.feed(Array(bytes[start..<min(start + chunk, bytes.count)]), add)
      }
      try parser.finish(add)
    } catch {
      return nil
    }
    return rows
  }

  @Test("gives the same records and rejects the same files")
  func same() async throws {
    var random = SplitMix(state: 20)
    let pieces = [
      "\"", "\"", "'", "\"\"", ",", ",", ";", "\n", "\r\n", "\r", "a", "bc", "é", " ", "\\", "\\.",
    ]
    for _ in 0..<Python.rounds {
      let cases = (0..<3_000).map { _ in
        let text = (0..<Int.random(in: 0...14, using: &random)).map { _ in
          pieces.randomElement(using: &random) ?? ""
        }
        return Case(
          text: text.joined(), delimiter: Bool.random(using: &random) ? "," : ";",
          quote: ["\"", "\"", "'", ""].randomElement(using: &random) ?? "")
      }
      let expected = try await Python.run(Self.script, on: cases, as: [[[String]]?].self)
      #expect(expected.count == cases.count && expected.count { $0 == nil } > cases.count / 50)
      for (example, rows) in zip(cases, expected) {
        for chunk in [1, 3, 100] {
          #expect(read(example, chunk: chunk) == rows, "\(example), chunks of \(chunk)")
        }
      }
    }
  }
}

/// Python as a reference for readers.
enum Python {
  private static let path = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  static var isInstalled: Bool { path != nil }

  /// Whether Debian's package of a module is installed.
  static func has(_ module: String) -> Bool {
    FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/\(module)/__init__.py")
  }

  /// How much longer than usual to try random inputs.
  static var rounds: Int {
    ProcessInfo.processInfo.environment["SEED_TEST_FUZZ"].flatMap(Int.init) ?? 1
  }

  /// Runs a script whose argument is a file with `input` as JSON, and decodes what it prints.
  static func run<Output: Decodable>(
    _ script: String, on input: some Encodable, as _: Output.Type
  ) async throws -> Output {
    try await TemporaryFolder.with { folder in
      let file = try folder.write(
        String(decoding: try JSONEncoder().encode(input), as: UTF8.self), to: "input.json")
      let child = try ChildProcess.start(try #require(path), ["-c", script, file], environment: [:])
      let end = try await child.wait()
      #expect(end.exitCode == 0, "\(end.errors)")
      return try JSONDecoder().decode(Output.self, from: Data(end.output.utf8))
    }
  }
}
