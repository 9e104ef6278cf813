import Postgres

/// The fields of a data file.
struct DataFileFields {
  /// The kind of a value.
  enum Kind: Hashable {
    case text, number, boolean, structure
  }

  struct Field {
    let name: String
    /// The kinds of its values. Empty if all are null. CSV has only text.
    var kinds: Set<Kind> = []
  }

  /// The fields in the order of the file.
  private(set) var fields: [Field] = []
  /// The delimiter of a CSV file.
  private(set) var delimiter: UInt8
  /// The delimiter that the definition need not name.
  let defaultDelimiter: UInt8

  /// Reads the header of a CSV file, or all records of a JSON file.
  ///
  /// - Returns: nil if the file does not exist or has another extension.
  /// - Throws: ``FixtureError``; `CancellationError`.
  init?(_ name: String, in folder: DataFolder) throws {
    guard let format = DataFormat(fileName: name), let source = try folder.content(of: name) else {
      return nil
    }
    defaultDelimiter = CSVFormat().delimiter(of: format)
    delimiter = defaultDelimiter
    let path = folder.path(of: name)
    let faults = FaultCollector()
    do {
      if format.hasLines {
        let bytes = try source.next() ?? []
        try RecordFile.checkEncoding(of: bytes, path: path)
        readHeader(bytes)
      } else {
        try readRecords(source, format, path: path, faults)
      }
    } catch {
      try faults.add(error, of: path)
    }
    try faults.check()
  }

  /// Chooses the delimiter that yields the most names. An invalid header yields none and is reported when the file is
  /// checked.
  private mutating func readHeader(_ bytes: [UInt8]) {
    struct End: Error {}
    var names: [String] = []
    for candidate in [defaultDelimiter] + CSVFormat.delimiters {
      var parser = CSVParser(delimiter: candidate)
      var found: [String] = []
      do {
        let take = { (line: borrowing CSVRecord) throws in
          found = line.fields.indices.map { line.text($0) }
          throw End()
        }
        try parser.feed(TextEncodingCheck.withoutMark(bytes), take)
        try parser.finish(take)
      } catch is End {
        guard found.count > names.count else { continue }
        names = found
        delimiter = candidate
      } catch {
        continue
      }
    }
    fields = names.map { Field(name: $0, kinds: [.text]) }
  }

  private mutating func readRecords(
    _ source: any ByteStream, _ format: DataFormat, path: String, _ faults: FaultCollector
  ) throws {
    var found: [Field] = []
    var places: [ExactName: Int] = [:]
    let take = { (node: JSONNode, _: FixturePlace) in
      guard case .object(let members) = node.value else { return }
      for member in members {
        let name = ExactName(member.key)
        let index = places[name] ?? found.count
        if index == found.count {
          places[name] = index
          found.append(Field(name: member.key))
        }
        if let kind = Kind(member.value.value) { found[index].kinds.insert(kind) }
      }
    }
    var file: any RecordSource =
      switch format {
      case .yaml: YAMLFile(source, path: path, onRecord: take)
      case .jsonLines:
        RecordFile(source, path: path, parser: JSONLinesParser(path: path, faults: faults, onRecord: take))
      default: RecordFile(source, path: path, parser: JSONArrayParser(path: path, onRecord: take))
      }
    while try file.next() {}
    fields = found
  }
}

extension DataFileFields.Kind {
  /// Nil for null.
  fileprivate init?(_ value: JSONValue) {
    switch value {
    case .null: return nil
    case .bool: self = .boolean
    case .number: self = .number
    case .string: self = .text
    case .array, .object: self = .structure
    }
  }
}

extension DataFileFields.Field {
  /// The type of a column for it, as SQL.
  var columnType: String {
    guard kinds.count < 2 else { return "jsonb" }
    return switch kinds.first {
    case .number: "numeric"
    case .boolean: "boolean"
    case .structure: "jsonb"
    case .text, nil: "text"
    }
  }
}
