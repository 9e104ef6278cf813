import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

/// Compares the readers of COPY's formats with COPY itself. `SEED_TEST_FUZZ` multiplies the number of random files.
@Suite("Files of COPY, compared with the server")
struct PostgresReaderTests {
  private static let width = 2

  /// The records as COPY reads them, with NULL for nil; nil if it rejects the file.
  private func server(
    _ text: String, _ options: String, in folder: TemporaryFolder, on connection: PostgresConnection
  ) async throws -> [[String?]]? {
    let path = try folder.write(text, to: "t.dat")
    try await connection.query("TRUNCATE t RESTART IDENTITY")
    do {
      try await connection.query(PostgresQuery(unescaped: "COPY t (a, b) FROM '\(path)' (\(options))"))
      var records: [[String?]] = []
      for row in try await connection.query("SELECT a, b FROM t ORDER BY id") {
        let (first, second) = try row.decode(String?.self, String?.self)
        records.append([first, second])
      }
      return records
    } catch let error as PostgresError where error.code == .serverError {
      return nil
    }
  }

  private func records(
    _ text: String, chunk: Int, _ nulls: NullTexts, _ parser: any FieldParser
  ) -> [[String?]]? {
    var parser = parser
    var records: [[String?]] = []
    let bytes = Array(text.utf8)
    let take = { (line: borrowing CSVRecord) throws in
      var record: [String?] = []
      for index in line.fields.indices {
        record.append(line.fields[index].isNull(nulls, in: line.bytes) ? nil : line.text(index))
      }
      // COPY rejects text that is not UTF-8, which the readers of records report.
      if TextEncodingCheck.fault(in: line.bytes[...]) != nil { throw CancellationError() }
      records.append(record)
    }
    do {
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        try parser.feed(Array(bytes[start..<min(start + chunk, bytes.count)]), take)
      }
      try parser.finish(take)
    } catch {
      return nil
    }
    return records.allSatisfy { $0.count == Self.width } ? records : nil
  }

  private func compare(
    _ pieces: [String], options: String, isStrict: Bool, _ parser: (inout CSVFormat) -> any FieldParser
  ) async throws {
    var random = SplitMix(state: 21)
    var format = CSVFormat()
    let fresh = parser(&format)
    let nulls = NullTexts(format.nullTexts ?? [""])
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try await database.withConnection { connection in
          try await connection.runScript(
            "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a text, b text)")
          var accepted = 0
          for number in 0..<(400 * Python.rounds) {
            let lines = (0..<Int.random(in: 1...3, using: &random)).map { _ in
              let words = (0..<Self.width).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                  pieces.randomElement(using: &random) ?? ""
                }.joined()
              }
              return words.joined(separator: ";")
            }
            let text = lines.joined(separator: "\n") + (number.isMultiple(of: 2) ? "\n" : "")
            // COPY drops a backslash at the end of the file, and the reader rejects it.
            if text.hasSuffix("\\") { continue }
            let expected = try await server(text, options, in: folder, on: connection)
            let found = records(text, chunk: [1, 2, 100][number % 3], nulls, fresh)
            // RFC 4180 is stricter than COPY's CSV.
            if isStrict || found != nil { #expect(found == expected, "\(text.debugDescription)") }
            accepted += found == nil ? 0 : 1
          }
          #expect(accepted > 10)
        }
      }
    }
  }

  @Test("the text format gives the same records and rejects the same files")
  func text() async throws {
    let pieces = [
      "a", "é", " ", "\\N", "\\t", "\\\\", "\\n", "\\b", "\\x41", "\\x4", "\\101", "\\7", "\\;", ";", "\\",
      "\t",
    ]
    try await compare(pieces, options: "FORMAT text, DELIMITER ';'", isStrict: true) { format in
      format.nullTexts = ["\\N"]
      return CopyTextParser(delimiter: UInt8(ascii: ";"), nulls: NullTexts(["\\N"]))
    }
  }

  @Test("quoted fields with another escape give the same records")
  func escapes() async throws {
    let pieces = ["a", "é", " ", "\"", "\"x", "y\"", "\"\"", "\\\"", "\\\\", "\\", ";", "\"z\""]
    let options = "FORMAT csv, DELIMITER ';', ESCAPE '\\'"
    try await compare(pieces, options: options, isStrict: false) { format in
      format.escape = UInt8(ascii: "\\")
      return CSVParser(format, delimiter: UInt8(ascii: ";"))
    }
  }
}
