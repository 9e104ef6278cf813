import Postgres

extension RecordReader {
  /// The columns of a CSV file: which field of a line each slot takes.
  private struct Header {
    let names: [String]
    let fieldOfSlot: [Int?]
    /// The fields that fill something, with the slots that they fill.
    let slotsOfField: [(index: Int, slots: [Int])]
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
      // A faulty record is not staged: what is wrong with it has been said.
      guard judge(line, header, place, nullText: nullText) else { return }
      let bytes = line.bytes
      let fields = line.fields
      load.addRow(file: file, place: place) { slot, buffer in
        guard let index = header.fieldOfSlot[slot] else {
          buffer.appendNull()
          return false
        }
        if fields[index].isNull(nullText, in: bytes) {
          buffer.appendNull()
        } else {
          buffer.append(bytes: bytes[fields[index].range])
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

  /// Whether nothing of a record would be refused by the server at once, or lost.
  private func judge(
    _ line: borrowing CSVRecord, _ header: Header, _ place: FixturePlace, nullText: [UInt8]
  ) -> Bool {
    let before = faults.count
    for (index, slots) in header.slotsOfField {
      let field = line.fields[index]
      let value = line.bytes[field.range]
      if field.isNull(nullText, in: line.bytes) { continue }
      if let found = TextEncodingCheck.fault(in: value) {
        faults.add(place.fault(field: header.names[index], found: found, expected: "text in UTF-8"))
      } else if let expected = slots.lazy.compactMap({ load.slots[$0].rule?.refusal(of: value) }).first {
        faults.add(
          place.fault(field: header.names[index], found: LiteralRule.shown(value), expected: expected))
      }
    }
    return faults.count == before
  }

  private func header(_ line: borrowing CSVRecord, path: String) throws -> Header {
    var faults: [FixtureFault] = []
    func fault(_ name: String?, _ found: String, _ expected: String) {
      faults.append(FixtureFault(file: path, line: 1, field: name, found: found, expected: expected))
    }
    var names: [String] = []
    var indices: [String: Int] = [:]
    for index in line.fields.indices {
      let name = line.text(index)
      if name.isEmpty {
        fault(nil, "an empty name for field \(index + 1)", "a name")
      } else if indices.updateValue(index, forKey: name) != nil {
        fault(name, "the name twice", "it once")
      } else if load.slotsOfField[name] == nil, !load.definition.ignoredFields.contains(name) {
        let (found, expected) = load.unknownField(name)
        fault(name, found, expected)
      }
      names.append(name)
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
    return Header(
      names: names, fieldOfSlot: load.slots.map { indices[$0.field] },
      slotsOfField: names.enumerated().compactMap { index, name in
        load.slotsOfField[name].map { (index, $0) }
      })
  }
}
