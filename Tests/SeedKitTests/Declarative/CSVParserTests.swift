import Testing

@testable import SeedKit

@Suite("Parsing CSV from chunks")
struct CSVParserTests {
  /// The fields of a text, with quoted ones marked, or the fault with its line.
  private func parse(_ bytes: [UInt8], chunk: Int, delimiter: UInt8 = 0x2C) -> Reading {
    var parser = CSVParser(delimiter: delimiter)
    var reading = Reading()
    func add(_ record: borrowing CSVRecord) {
      let fields = record.fields
      let bytes = record.bytes
      reading.records.append(
        .init(
          line: record.line, fields: fields.map { ($0.isQuoted ? [0x22] : []) + bytes[$0.range] }))
    }
    do {
      var start = 0
      while start < bytes.count {
        let end = min(start + chunk, bytes.count)
        try parser.feed(Array(bytes[start..<end]), add)
        start = end
      }
      try parser.finish(add)
    } catch let fault as FieldFailure {
      reading.faultLine = fault.line
    } catch {
      Issue.record(error)
    }
    return reading
  }

  struct Reading: Equatable {
    struct Record: Equatable {
      let line: Int
      /// Bytes, with a leading quote if the field was quoted.
      let fields: [[UInt8]]
    }
    var records: [Record] = []
    var faultLine: Int?

    /// `line: a|"b`
    var lines: [String] {
      records.map { record in
        "\(record.line): " + record.fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|")
      }
    }
  }

  @Test(
    "yields fields, quotes and lines",
    arguments: [
      ("a,b\n1,2\n", ["1: a|b", "2: 1|2"]),
      ("a,b\r\n1,2", ["1: a|b", "2: 1|2"]),
      ("a,\"b\"\n\"\",\n", ["1: a|\"b", "2: \"|"]),
      ("\"x\ny\",\"q\"\"q\"\nz,\n", ["1: \"x\ny|\"q\"q", "3: z|"]),
      ("\\.\n\"\\.\"\n", ["1: \\.", "2: \"\\."]),
      ("\n\na\n", ["1: ", "2: ", "3: a"]),
      ("", []), ("\n", ["1: "]), (",", ["1: |"]), ("\"\"", ["1: \""]), ("\"\"\"\"", ["1: \"\""]),
      (" \"".replacing("\"", with: "") + ",\t\n", ["1:  |\t"]),
      ("\"a\r\nb\"\r\n", ["1: \"a\r\nb"]), ("é,🦉\n", ["1: é|🦉"]),
    ] as [(String, [String])])
  func records(_ text: String, _ expected: [String]) {
    for chunk in [1, 2, 3, 7, 1_000] {
      let reading = parse(Array(text.utf8), chunk: chunk)
      #expect(reading.faultLine == nil)
      #expect(reading.lines == expected, "chunks of \(chunk)")
    }
  }

  @Test(
    "reports the line of a fault",
    arguments: [
      ("a\n\"b\nc\nd\n", 2), ("a\nb\"c\n", 2), ("\"a\n\" b\n", 2), ("a\rb\n", 1), ("a\n\nb\r", 3),
      ("a,\"\"\"\n", 1), ("ok\n\"a\"b\"\n", 2), ("\"a\"\"", 1),
    ])
  func faults(_ text: String, _ line: Int) {
    for chunk in [1, 2, 3, 7, 1_000] {
      #expect(parse(Array(text.utf8), chunk: chunk).faultLine == line, "chunks of \(chunk)")
    }
  }

  /// RFC 4180 in the simplest way: the whole text at once, field by field.
  private func reference(_ bytes: [UInt8]) -> Reading {
    var reading = Reading()
    var index = 0
    var line = 1
    func at(_ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }
    while index < bytes.count {
      let start = line
      var fields: [[UInt8]] = []
      repeat {
        var field: [UInt8] = []
        if at(index) == 0x22 {
          field = [0x22]
          let opened = line
          index += 1
          while at(index) != 0x22 || at(index + 1) == 0x22 {
            guard let byte = at(index) else {
              reading.faultLine = opened
              return reading
            }
            if byte == 0x0A { line += 1 }
            index += byte == 0x22 ? 2 : 1
            field.append(byte)
          }
          index += 1
        } else {
          while let byte = at(index), ![0x2C, 0x0A, 0x0D, 0x22].contains(byte) {
            field.append(byte)
            index += 1
          }
        }
        fields.append(field)
        guard at(index) == 0x2C else { break }
        index += 1
      } while true
      if at(index) == 0x0D, at(index + 1) == 0x0A { index += 1 }
      guard at(index) == nil || at(index) == 0x0A else {
        reading.faultLine = line
        return reading
      }
      reading.records.append(.init(line: start, fields: fields))
      index += 1
      line += 1
    }
    return reading
  }

  @Test("gives the same result as a simple parser, for chunks of any size", arguments: 0..<4)
  func fuzz(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let pieces: [[UInt8]] = ["\"", "\"", "\"\"", ",", ",", "\n", "\r\n", "\r", "a", "bc", "é", " ", "\\."].map
    {
      Array($0.utf8)
    }
    var faulty = 0
    for _ in 0..<3_000 {
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 0...14, using: &random) {
        text += pieces.randomElement(using: &random) ?? []
      }
      let expected = reference(text)
      if expected.faultLine != nil { faulty += 1 }
      for chunk in [1, 2, 3, 7, 100] {
        #expect(
          parse(text, chunk: chunk) == expected,
          "\(String(decoding: text, as: UTF8.self).debugDescription), chunks of \(chunk)")
      }
    }
    #expect(faulty > 300 && faulty < 2_700, "\(faulty) of 3,000 are faulty")
  }

  @Test("restores records that were written with all fields quoted", arguments: 0..<2)
  func roundTrip(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    for _ in 0..<500 {
      var rows: [[[UInt8]]] = []
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        var row: [[UInt8]] = []
        for column in 0..<3 {
          let field = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
          }
          let doubled = field.split(separator: 0x22, omittingEmptySubsequences: false).joined(separator: [
            0x22, 0x22,
          ])
          text += (column > 0 ? [0x3B] : []) + [0x22] + doubled + [0x22]
          row.append([0x22] + field)
        }
        text.append(0x0A)
        rows.append(row)
      }
      for chunk in [1, 3, 64] {
        let reading = parse(text, chunk: chunk, delimiter: 0x3B)
        #expect(reading.records.map(\.fields) == rows)
      }
    }
  }
}
