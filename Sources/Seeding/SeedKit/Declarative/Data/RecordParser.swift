/// Parses the bytes of a file into records as they arrive.
protocol RecordParser: AnyObject {
  func feed(_ chunk: [UInt8]) throws
  func finish() throws
}

/// Reads a file of records in parts.
protocol RecordSource {
  /// Reads the next part.
  ///
  /// - Returns: false at the end of the file.
  /// - Throws: ``FixtureError`` and other errors about the file's contents; `RegularFile.Failure`.
  mutating func next() throws -> Bool
}

/// Limits for records of all formats.
enum RecordLimits {
  /// 32 MiB. A larger record is usually caused by an unclosed quote. Processing a record takes several times its
  /// size, and a run should use less than 200 MB.
  static let size = 32 << 20
  /// The maximum number of fields in a line of CSV. A table has at most 1,600 columns.
  static let fields = 100_000
  /// The size added for each JSON value and key, because even short ones use memory.
  static let valueSize = 32

  /// The number of records after which a parser checks whether the run was canceled.
  static let cancellationInterval = 100

  static let json = JSONParser.Limits(size: size, stringSize: size, valueSize: valueSize)
}

/// A file of records that is read in chunks.
struct RecordFile: RecordSource {
  private let source: any ByteStream
  private let path: String
  private let parser: any RecordParser
  private let encodingSetting: String?
  private var isBegun = false

  /// - Parameter encodingSetting: the setting for another encoding than UTF-8; nil if there is none.
  init(_ source: any ByteStream, path: String, parser: any RecordParser, encodingSetting: String? = nil) {
    self.source = source
    self.path = path
    self.parser = parser
    self.encodingSetting = encodingSetting
  }

  mutating func next() throws -> Bool {
    guard let chunk = try source.next() else {
      try parser.finish()
      return false
    }
    guard !isBegun else {
      try parser.feed(chunk)
      return true
    }
    isBegun = true
    try Self.checkEncoding(of: chunk, path: path, setting: encodingSetting)
    try parser.feed(TextEncodingCheck.withoutMark(chunk))
    return true
  }

  /// Throws ``FixtureError`` for the first bytes of a file in UTF-16 or UTF-32.
  static func checkEncoding(of bytes: [UInt8], path: String, setting: String? = nil) throws {
    guard let encoding = TextEncodingCheck.wideEncoding(of: bytes) else { return }
    throw FixtureError([
      FixtureFault(
        .malformedFile, file: path, line: 1, found: "\(encoding) at byte 0",
        expected: "a UTF-8 file" + (setting.map { ", or \($0)" } ?? ""))
    ])
  }
}

/// Parses a `.json` file, which is an array of objects.
final class JSONArrayParser: RecordParser {
  let path: String
  let onRecord: (JSONNode, FixturePlace) -> Void
  /// What a file with an object may need instead, for the error.
  private let alternative: String?
  private var splitter = JSONArraySplitter(elementLimit: RecordLimits.size)
  private var record = 0

  init(path: String, alternative: String? = nil, onRecord: @escaping (JSONNode, FixturePlace) -> Void) {
    self.path = path
    self.alternative = alternative
    self.onRecord = onRecord
  }

  func feed(_ chunk: [UInt8]) throws {
    do {
      try splitter.feed(chunk) { try take(&$0, at: $1) }
    } catch let error as JSONArraySplitter.NoArray {
      let found =
        error.bytes.first == UInt8(ascii: "{")
        ? "an object"
        : try JSONParser.parse(.element, error.bytes, at: error.position, limits: RecordLimits.json)
          .foundDescription
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, line: error.position.line, found: found,
          expected: ["a list: an array of objects", found == "an object" ? alternative : nil]
            .compactMap(\.self).joined(separator: ", or "))
      ])
    }
  }

  func finish() throws { try splitter.finish { try take(&$0, at: $1) } }

  private func take(_ bytes: inout [UInt8], at position: SourcePosition) throws {
    record += 1
    if record % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    let place = FixturePlace(file: path, record: record, line: position.line)
    do {
      let node = try JSONParser.parse(.element, bytes, at: position, limits: RecordLimits.json)
      // Frees the bytes before the record is processed, which needs as much memory again.
      bytes = []
      onRecord(node, place)
    } catch let error as JSONParseError {
      // The start of the next record is unknown.
      throw FixtureError(error, file: path, record: record)
    }
  }
}

/// Parses a `.jsonl` file, with a record on each line.
final class JSONLinesParser: RecordParser {
  let path: String
  let faults: FaultCollector
  let onRecord: (JSONNode, FixturePlace) -> Void
  private var line = 0
  private var record = 0
  private var pending: [UInt8] = []

  init(path: String, faults: FaultCollector, onRecord: @escaping (JSONNode, FixturePlace) -> Void) {
    self.path = path
    self.faults = faults
    self.onRecord = onRecord
  }

  func feed(_ chunk: [UInt8]) throws {
    var start = chunk.startIndex
    while let lineEnd = chunk[start...].firstIndex(of: 0x0A) {
      try take(chunk[start..<lineEnd])
      try end()
      start = lineEnd + 1
    }
    try take(chunk[start...])
  }

  func finish() throws { if !pending.isEmpty { try end() } }

  private func take(_ bytes: ArraySlice<UInt8>) throws {
    guard pending.count + bytes.count <= RecordLimits.size else {
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, line: line + 1, found: "a line of more than \(RecordLimits.size) bytes",
          expected: "an object on each line")
      ])
    }
    pending += bytes
  }

  private func end() throws {
    line += 1
    var bytes = pending
    pending = []
    guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
    record += 1
    if record % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    do {
      let start = SourcePosition(line: line, column: 1)
      let node = try JSONParser.parse(.line, bytes, at: start, limits: RecordLimits.json)
      bytes = []
      onRecord(node, FixturePlace(file: path, record: record, line: line))
    } catch let error as JSONParseError {
      faults.add(FixtureError(error, file: path, record: record))
    }
  }
}
