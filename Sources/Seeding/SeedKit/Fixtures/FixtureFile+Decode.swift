import Postgres

extension FixtureFile {
  /// Decodes the records of a JSON, JSON Lines, CSV, TSV or YAML file. The extension of its name decides the format.
  /// A second extension `.gz` or `.zst` means that the file is compressed.
  ///
  /// ```swift
  /// struct Country: Decodable {
  ///   let code: String
  ///   let name: String
  ///   let area: Double?
  /// }
  /// let countries = try file.decode([Country].self)
  /// ```
  ///
  /// Dates (ISO 8601), UUIDs, URLs and `Data` (Base64) are strings. The first line of CSV contains the field names.
  /// An empty unquoted field is null. In CSV and YAML, numbers, `true` and `false` are parsed from strings. A field that the
  /// type does not read is a fault.
  ///
  /// - Throws: ``FixtureError`` with the faults of all records; `CancellationError`.
  public func decode<Record: Decodable>(_: [Record].Type) throws -> [Record] {
    guard let format = DataFormat(fileName: name) else {
      throw FixtureError([
        FixtureFault(
          .unreadableFile, file: path, found: "'\(name)'",
          expected: "a name that ends in \(DataFormat.endings)")
      ])
    }
    let faults = FaultCollector()
    var records: [Record] = []
    func add(_ node: JSONNode, _ place: FixturePlace) {
      let found = JSONFaults()
      let readsText = format.hasLines || format == .yaml
      let record = RecordDecoder.record(Record.self, node, readsText: readsText, faults: found)
      for fault in found.list { faults.add(FixtureFault(fault, file: path, record: place.record)) }
      if let record, found.list.isEmpty { records.append(record) }
    }
    do {
      let contents = try ByteSource(bytes: bytes).contents(name: name, path: path)
      var file: any RecordSource =
        switch format {
        case .json: RecordFile(contents, path: path, parser: JSONArrayParser(path: path, onRecord: add))
        case .jsonLines:
          RecordFile(contents, path: path, parser: JSONLinesParser(path: path, faults: faults, onRecord: add))
        case .csv, .tsv, .copy: RecordFile(contents, path: path, parser: csvParser(format, faults, add))
        // No extension stands for fixtures of models.
        case .yaml, .rails, .django: YAMLFile(contents, path: path) { add($0.withTextOnly, $1) }
        }
      while try file.next() {}
    } catch {
      try faults.add(error, of: path)
    }
    try faults.check()
    return records
  }

  /// Parses each record of a CSV file as an object.
  private func csvParser(
    _ format: DataFormat, _ faults: FaultCollector, _ onRecord: @escaping (JSONNode, FixturePlace) -> Void
  ) -> CSVRecordParser {
    var names: [String] = []
    let nulls = CSVFormat().nulls(of: format)
    return CSVRecordParser(path: path, format: CSVFormat(), of: format, faults: faults) { header in
      names = header
      let twice = Dictionary(grouping: header) { ExactName($0) }.values.filter { $0.count > 1 }.map {
        $0[0]
      }
      for name in twice.sorted() {
        faults.add(
          FixtureFault(
            .malformedFile, file: path, line: 1, field: name, found: "duplicate field", expected: ""))
      }
      return twice.isEmpty
    } onRecord: { record, place in
      let position = SourcePosition(line: place.line, column: 1)
      var members: [JSONMember] = []
      for (index, name) in names.enumerated() {
        let field = record.fields[index]
        if let fault = TextEncodingCheck.fault(in: record.bytes[field.range]) {
          return faults.add(place.fault(field: name, found: fault, expected: "UTF-8 text"))
        }
        let value = field.isNull(nulls, in: record.bytes) ? JSONValue.null : .string(record.text(index))
        members.append(
          JSONMember(key: name, position: position, value: JSONNode(position: position, value: value)))
      }
      onRecord(JSONNode(position: position, value: .object(members)), place)
    }
  }
}

extension JSONNode {
  /// The node with strings for numbers, `true` and `false`.
  fileprivate var withTextOnly: JSONNode {
    let text: JSONValue =
      switch value {
      case .null, .string: value
      case .bool(let flag): .string(flag ? "true" : "false")
      case .number(let literal): .string(literal)
      case .array(let elements): .array(elements.map(\.withTextOnly))
      case .object(let members):
        .object(
          members.map { JSONMember(key: $0.key, position: $0.position, value: $0.value.withTextOnly) })
      }
    return JSONNode(position: position, value: text)
  }
}
