import Postgres

extension RecordReader {
  /// The columns of a CSV file: which field of a line each slot takes.
  private struct Header {
    let names: [String]
    let fieldOfSlot: [Int?]
  }

  func readCSV(_ source: ByteSource, path: String, file: Int) async throws {
    let format = load.definition.csv
    let nullText = Array(format.nullText.utf8)
    var parser = CSVParser(delimiter: format.delimiter)
    var header: Header?
    var record = 0
    var blankLine: Int?
    func handle(_ line: borrowing CSVRecord) throws {
      guard let header else {
        header = try self.header(line, path: path)
        return
      }
      if header.names.count > 1, line.isBlank {
        blankLine = blankLine ?? line.line
        return
      }
      if let blank = blankLine {
        // At the end of a file they are harmless; in the middle something is missing.
        faults.add(
          FixtureFault(
            file: path, line: blank, found: "an empty line", expected: "\(header.names.count) fields"))
        blankLine = nil
      }
      record += 1
      guard line.fields.count == header.names.count else {
        faults.add(
          FixtureFault(
            file: path, line: line.line, record: record,
            found: "\(line.fields.count) field\(line.fields.count == 1 ? "" : "s")",
            expected: "\(header.names.count), as the first line has"))
        return
      }
      let place = FixturePlace(file: path, record: record, line: line.line)
      let bytes = line.bytes
      let fields = line.fields
      load.addRow(file: file, place: place) { slot, buffer in
        guard let index = header.fieldOfSlot[slot] else {
          buffer.appendNull()
          return false
        }
        let field = fields[index]
        let value = bytes[field.range]
        if !field.isQuoted, value.count == nullText.count, value.elementsEqual(nullText) {
          buffer.appendNull()
        } else {
          if let found = TextEncodingCheck.fault(in: value) {
            faults.add(place.fault(field: header.names[index], found: found, expected: "text in UTF-8"))
            // The server would refuse it at once, and the faults that follow would not be told.
            buffer.appendNull()
          } else {
            buffer.append(bytes: value)
          }
        }
        return true
      }
    }
    var isFirst = true
    while let chunk = try source.next() {
      var chunk = chunk
      if isFirst {
        isFirst = false
        if let encoding = TextEncodingCheck.wideEncoding(of: chunk) {
          throw FixtureError([
            FixtureFault(file: path, line: 1, found: "\(encoding) at byte 0", expected: "a file in UTF-8")
          ])
        }
        chunk = Self.withoutMark(chunk)
      }
      try parser.feed(chunk, handle)
      guard !faults.isFull else { return }
      try await flush(false)
    }
    try parser.finish(handle)
    if header == nil {
      throw FixtureError([
        FixtureFault(file: path, line: 1, found: "an empty file", expected: "a line that names the fields")
      ])
    }
  }

  private func header(_ line: borrowing CSVRecord, path: String) throws -> Header {
    var faults: [FixtureFault] = []
    func fault(_ name: String?, _ found: String, _ expected: String) {
      faults.append(FixtureFault(file: path, line: 1, field: name, found: found, expected: expected))
    }
    var names: [String] = []
    for index in line.fields.indices {
      let name = line.text(index)
      if name.isEmpty {
        fault(nil, "an empty name for field \(index + 1)", "a name")
      } else if names.contains(name) {
        fault(name, "the name twice", "it once")
      } else if load.slotsOfField[name] == nil, !load.definition.ignoredFields.contains(name) {
        let (found, expected) = load.unknownField(name)
        fault(name, found, expected)
      }
      names.append(name)
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
    return Header(names: names, fieldOfSlot: load.slots.map { names.firstIndex(of: $0.field) })
  }
}
