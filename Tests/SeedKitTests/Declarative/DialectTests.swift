import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Dialects of CSV")
struct DialectTests {
  /// `line: a|"b`, and the fault with its line.
  private func parse(_ bytes: [UInt8], chunk: Int, _ parser: any FieldParser) -> [String] {
    var parser = parser
    var lines: [String] = []
    func add(_ record: borrowing CSVRecord) {
      let bytes = record.bytes
      let fields = record.fields.map {
        ($0.isQuoted ? "\"" : "") + String(decoding: bytes[$0.range], as: UTF8.self)
      }
      lines.append("\(record.line): \(fields.joined(separator: "|"))")
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
      lines.append("\(fault.line): \(fault.found)")
    } catch {
      Issue.record(error)
    }
    return lines
  }

  private static let texts: [(CSVFormat, String, [String])] = [
    (CSVFormat(quote: nil), "a\"b,\"\n\",\"\n", ["1: a\"b|\"", "2: \"|\""]),
    (CSVFormat(quote: 0x27), "'a''b',\"\n'x\ny'\nz\n", ["1: \"a'b|\"", "2: \"x\ny", "4: z"]),
    (CSVFormat(escape: 0x5C), "\"a\\\"b\\\\c\\d\",\\\n", ["1: \"a\"b\\c\\d|\\"]),
    (CSVFormat(escape: 0x5C), "\"a\"\"b\"\n", ["1: a character after the closing quote of a field"]),
    (CSVFormat(escape: 0x5C), "x\n\"a\\\"\n", ["1: x", "2: an unclosed quote"]),
    (CSVFormat(comment: 0x23), "#a,\"b\n1,#2\n#\n\"#3\"\n#", ["2: 1|#2", "4: \"#3"]),
    (
      CSVFormat(allowed: [.bareQuotes]), "a \"b\",\"c\"\"\"\n\"d\" e\n",
      ["1: a \"b\"|\"c\"", "2: a character after the closing quote of a field"]
    ),
    (
      CSVFormat(comment: 0x23, allowed: [.carriageReturns]),
      "a\r\"b\rc\nd\r\ne\"\r\n#x\r#y\r\n\nf\n\rg",
      ["1: a", "2: \"b\rc\nd\r\ne", "8: ", "9: f", "10: ", "11: g"]
    ),
  ]

  @Test("are parsed in chunks of any size", arguments: texts.indices)
  func dialects(_ index: Int) {
    let (format, text, expected) = Self.texts[index]
    for chunk in [1, 2, 3, 7, 1_000] {
      let found = parse(Array(text.utf8), chunk: chunk, CSVParser(format, delimiter: 0x2C))
      #expect(found == expected, "chunks of \(chunk)")
    }
  }

  private static let copies: [(String, [String])] = [
    ("a\tb\n\\N\t\n", ["1: \"a|\"b", "2: \\N|\""]),
    ("\\t\\n\\r\\b\\f\\v\\\\\\q\n", ["1: \"\t\n\r\u{8}\u{c}\u{b}\\q"]),
    ("\\101\\1012\\x41\\x4g\\xg\\7\n", ["1: \"AA2A\u{4}gxg\u{7}"]),
    ("a\\\nb\\\tc\nd\n", ["1: \"a\nb\tc", "3: \"d"]),
    ("\\\\N\tx\\N\n", ["1: \"\\N|\"xN"]),
    ("a\r\nb\r\n\\.\r\n", ["1: \"a", "2: \"b"]), ("a\rb\n", ["1: a carriage return"]),
    ("a", ["1: \"a"]), ("\n", ["1: \""]), ("", []),
    ("\\.\n\n", ["2: a line after the end mark \\. of line 1"]),
  ]

  @Test("include PostgreSQL's COPY text format", arguments: copies.indices)
  func copy(_ index: Int) {
    let (text, expected) = Self.copies[index]
    for chunk in [1, 2, 3, 1_000] {
      let parser = CopyTextParser(delimiter: 0x09, nulls: CSVFormat().nulls(of: .copy))
      #expect(parse(Array(text.utf8), chunk: chunk, parser) == expected, "chunks of \(chunk)")
    }
  }

  @Test(
    "rewrite dates",
    arguments: [
      ("DD.MM.YYYY", "1.2.2024", "2024-02-01"), ("DD.MM.YYYY", " 01.02.2024 ", "2024-02-01"),
      ("DD.MM.YYYY", "01.02.24", nil), ("DD.MM.YYYY", "01-02-2024", nil), ("DD.MM.YYYY", "001.02.2024", nil),
      ("DD.MM.YYYY", "", nil), ("DD.MM.YYYY", "1..2024", nil), ("YYYYMMDD", "20240201", "2024-02-01"),
      ("YYYYMMDD", "2024021", nil), ("M/D", "1/2", nil), ("MM/DD/YY", "4/23/69", "2069-04-23"),
      ("MM/DD/YY", "4/23/70", "1970-04-23"), ("YYYY-MM-DD HH24:MI", "2024-02-01 7:05", "2024-02-01 07:05:00"),
      ("MM/DD/YYYY HH12:MI:SS AM", "1/2/2024 12:00:09 am", "2024-01-02 00:00:09"),
      ("MM/DD/YYYY HH12AM", "1/2/2024 12PM", "2024-01-02 12:00:00"),
      ("MM/DD/YYYY HH12AM", "1/2/2024 13PM", nil), ("YYYY.DD.MM", "2024.29.02", "2024-02-29"),
      ("YYYY.DD.MM", "2023.29.02", nil),
      ("YYYY.DD.MM", "2023.01.13", nil), ("YYYY-MM-DD HH24", "2023-01-01 24", nil),
    ] as [(String, String, String?)])
  func dates(_ pattern: String, _ text: String, _ expected: String?) throws {
    let found = DatePattern(pattern)?.rewritten(Array(text.utf8)[...]).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(found == expected)
  }

  private static let encodings: [(name: String, bytes: [UInt8], text: String)] = [
    ("windows-1252", [0x80, 0x20, 0xFC], "€ ü"), ("latin-1", [0xA3, 0xFC], "£ü"),
    ("ISO-8859-15", [0xA4], "€"),
    ("shift_jis", [0x93, 0xFA, 0x96, 0x7B], "日本"), ("utf-8", Array("é".utf8), "é"),
  ]

  private static let table = #"{table: "t", files: "t.csv", key: "id", encoding: "ENCODING"}"#

  private func with(_ encoding: String, _ body: (SeederFolder) async throws -> Void) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id text PRIMARY KEY, name text)",
      tables: Self.table.replacing("ENCODING", with: encoding), files: [:], body)
  }

  @Test("include encodings", arguments: encodings.indices)
  func encoding(_ index: Int) async throws {
    let (name, bytes, text) = Self.encodings[index]
    try await with(name) { folder in
      try folder.write(Array("id,name\n1,".utf8) + bytes + Array("\n2,x\n".utf8), to: "t.csv")
      #expect(try await folder.counts().inserted == 2)
      #expect(try await folder.rows("SELECT ARRAY[id, name] FROM t ORDER BY id") == ["1│\(text)", "2│x"])
      #expect(try await folder.counts().unchanged == 2)
    }
  }

  @Test(
    "include UTF-16 with and without a byte order mark",
    arguments: [
      ("utf-16", true, false), ("utf-16", true, true), ("utf-16le", false, false), ("utf-16be", false, true),
    ])
  func utf16(_ name: String, _ hasMark: Bool, _ isBig: Bool) async throws {
    try await with(name) { folder in
      let text = (hasMark ? "\u{FEFF}" : "") + "id,name\r\n1,\"Frühling 🦉\"\r\n"
      let bytes = text.utf16.flatMap { unit in
        isBig ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
      }
      try folder.write(bytes, to: "t.csv")
      #expect(try await folder.counts().inserted == 1)
      #expect(try await folder.rows("SELECT ARRAY[id, name] FROM t") == ["1│Frühling 🦉"])
    }
  }

  @Test(
    "report bytes that are not in the declared encoding",
    arguments: [
      (
        "windows-1252", Array("id,name\n1,x\n2,".utf8) + [0x81, 0x0A],
        "t.csv:3: found bytes that are not windows-1252"
      ),
      (
        "utf-16le", [0x69, 0, 0x64, 0, 0x0A, 0, 0x31],
        "t.csv:2: found an incomplete character at the end of the file"
      ),
      ("utf-16le", [0x69, 0, 0x0A, 0, 0x00, 0xDC], "t.csv:2: found bytes that are not utf-16le"),
    ] as [(String, [UInt8], String)])
  func encodingFaults(_ name: String, _ bytes: [UInt8], _ expected: String) async throws {
    try await with(name) { folder in
      try folder.write(bytes, to: "t.csv")
      #expect(try await folder.faults() == ["\(expected); expected text in \(name), as \"encoding\" says"])
    }
  }

  @Test("decode characters that are cut by the chunks of a file")
  func chunks() throws {
    final class Parts: ByteStream {
      var parts: [[UInt8]]
      init(_ parts: [[UInt8]]) { self.parts = parts }
      func next() throws -> [UInt8]? { parts.isEmpty ? nil : parts.removeFirst() }
    }
    let text = String(repeating: "日本語🦉\n", count: 50)
    let bytes = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    for size in [1, 2, 3, 5, 64] {
      let parts = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      let stream = try DecodedBytes(Parts(parts), encoding: "utf-16le", path: "t")
      var found: [UInt8] = []
      while let part = try stream.next() { found += part }
      #expect(String(decoding: found, as: UTF8.self) == text)
    }
  }

  @Test("of a table that is owned as a whole are loaded directly")
  func direct() async throws {
    try await SeederFolder.with(
      "CREATE TABLE part (id int PRIMARY KEY, name text, price numeric(10,2), made date)",
      tables:
        ##"{table: "part", files: "part.tbl", format: "csv", header: ["id", "name", "price", "made"], delimiter: "|", allow: ["trailing-delimiter", "blank-lines"], comment: "#", decimal: ",", dateFormat: "DD.MM.YYYY", encoding: "latin-1", null: ["", "-"], key: "id", ownership: "table"}"##,
      files: [:]
    ) { folder in
      try folder.write(
        Array("# parts\n\n1,0|M".utf8) + [0xFC] + Array("ller|1,5|1.2.2024|\n2|\"-\"|-|-|\n".utf8),
        to: "part.tbl")
      let (counts, notes) = try await folder.noted()
      #expect(counts.inserted == 2 && notes.isEmpty, "\(notes)")
      let query = "SELECT ARRAY[id::text, name, price::text, made::text] FROM part ORDER BY id"
      #expect(try await folder.rows(query) == ["1│Müller│1.50│2024-02-01", "2│-│∅│∅"])
      #expect(try await folder.counts().unchanged == 2)
      try folder.edit("seeder.json", #""DD.MM.YYYY""#, #""MM.DD.YYYY""#)
      #expect(try await folder.counts().updated == 1)
    }
  }
}
