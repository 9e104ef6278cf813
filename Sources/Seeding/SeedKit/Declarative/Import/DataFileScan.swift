import Postgres

/// A data file that a seeder is created from: how it is written, and what all values of each field have in common.
final class DataFileScan {
  private static let fieldLimit = 1_000
  private static let depth = 4

  let name: String
  let folder: DataFolder
  let format: DataFormat
  /// Whether neither the extension nor anything else but the contents says the format.
  let isFormatGuessed: Bool
  let encoding: (name: String, isGuess: Bool)?
  private(set) var csv = CSVFormat()
  private(set) var list: RecordList?
  /// The fields in the order of the file.
  private(set) var fields: [FieldProfile] = []
  private(set) var keys = KeyGuess()
  private(set) var records = 0
  /// Whether an unquoted field is empty.
  private(set) var hasEmptyFields = false
  private var places: [ExactName: Int] = [:]

  /// Reads a whole file.
  ///
  /// - Parameter columns: the columns of the table, which tell whether a file has a header; nil without a table.
  /// - Returns: nil if the file does not exist.
  /// - Throws: ``FixtureError`` for a file that is no text, or no JSON or YAML; `CancellationError`. Errors of other
  ///   formats are left to the check of the file.
  init?(_ name: String, in folder: DataFolder, columns: [String]?) throws {
    guard try folder.has(name) else { return nil }
    (self.name, self.folder) = (name, folder)
    encoding = try EncodingGuess.read(name, in: folder)
    let start = try folder.content(of: name, encoding: encoding?.name)?.next() ?? []
    let bytes = TextEncodingCheck.withoutMark(start)
    let ending = DataFormat(fileName: name)
    format = FormatGuess.format(bytes, ending: ending)
    isFormatGuessed = format != ending
    let faults = FaultCollector()
    do {
      if format.hasLines {
        try readLines(bytes, columns: columns)
      } else {
        try readRecords(bytes)
      }
    } catch {
      try faults.add(error, of: folder.path(of: name))
    }
    try faults.check()
    decideNulls()
  }

  private func contents() throws -> (any ByteStream)? {
    try folder.content(of: name, encoding: encoding?.name)
  }

  // MARK: Lines

  private func readLines(_ start: [UInt8], columns: [String]?) throws {
    if format == .copy {
      var parser = CopyTextParser(delimiter: csv.delimiter(of: .copy), nulls: csv.nulls(of: .copy))
      var count: Int?
      try? parser.feed(start) { count = count ?? $0.fields.count }
      if count == nil { try? parser.finish { count = $0.fields.count } }
      csv.header = .names(HeaderNames.names(count: count ?? 0, columns: columns))
      do {
        return try scanLines {
          CopyTextParser(delimiter: $0.delimiter(of: .copy), nulls: $0.nulls(of: .copy))
        }
      } catch is FieldFailure {
        // The check of the file reports it.
        return
      }
    }
    let dialect = DialectGuess(start, format: format)
    csv = dialect.csv
    if !dialect.hasHeader(columns: columns) {
      csv.header = .names(HeaderNames.names(count: dialect.records.first?.count ?? 0, columns: columns))
    }
    while true {
      do {
        return try scanLines { [format] in CSVParser($0, delimiter: $0.delimiter(of: format)) }
      } catch let failure as FieldFailure {
        switch failure.dialect {
        case .allowing(let leniency)? where !csv.allowed.contains(leniency): csv.allowed.insert(leniency)
        case .escapes? where csv.escape == nil: csv.escape = UInt8(ascii: "\\")
        // The check of the file reports it.
        default: return
        }
      }
    }
  }

  private func scanLines(_ makeParser: (CSVFormat) -> any FieldParser) throws {
    (fields, keys, records, hasEmptyFields) = ([], KeyGuess(), 0, false)
    var parser = makeParser(csv)
    var isBegun = false
    if case .names(let names) = csv.header {
      fields = names.map { FieldProfile(name: $0) }
      isBegun = true
    }
    let nulls = csv.nulls(of: format)
    var isBlank = false
    let take = { [self] (line: borrowing CSVRecord) throws in
      if line.isBlank, fields.count != 1 {
        isBlank = true
        return
      }
      if isBlank { csv.allowed.insert(.blankLines) }
      isBlank = false
      let count =
        line.fields.count - (csv.allowed.contains(.trailingDelimiter) && line.endsWithDelimiter ? 1 : 0)
      guard isBegun else {
        isBegun = true
        for index in 0..<count { fields.append(FieldProfile(name: line.text(index))) }
        return
      }
      guard count == fields.count else { return }
      var hashes: [Int?] = []
      for index in 0..<count {
        let field = line.fields[index]
        guard !field.isNull(nulls, in: line.bytes) else {
          hasEmptyFields = true
          fields[index].addNull()
          hashes.append(nil)
          continue
        }
        let text = line.bytes[field.range]
        fields[index].add(text: text, isQuoted: field.isQuoted)
        hashes.append(keys.needs(index) ? Self.hash(text) : nil)
      }
      try addRecord(hashes)
    }
    guard let contents = try contents() else { return }
    var isFirst = true
    while let chunk = try contents.next() {
      try Task.checkCancellation()
      try parser.feed(isFirst ? TextEncodingCheck.withoutMark(chunk) : chunk, take)
      isFirst = false
    }
    try parser.finish(take)
  }

  private func addRecord(_ hashes: [Int?]) throws {
    records += 1
    keys.add(hashes)
  }

  private static func hash(_ bytes: ArraySlice<UInt8>) -> Int {
    var hasher = Hasher()
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  // MARK: Objects

  private func readRecords(_ start: [UInt8]) throws {
    let path = folder.path(of: name)
    let faults = FaultCollector()
    let take = { [self] (node: JSONNode, _: FixturePlace) in add(node) }
    guard let contents = try contents() else { return }
    var file: any RecordSource
    switch format {
    case .yaml: file = YAMLFile(contents, path: path, onRecord: take)
    case .jsonLines:
      file = RecordFile(
        contents, path: path, parser: JSONLinesParser(path: path, faults: faults, onRecord: take))
    default:
      let first = start.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
      guard first == UInt8(ascii: "{") else {
        file = RecordFile(contents, path: path, parser: JSONArrayParser(path: path, onRecord: take))
        break
      }
      var bytes: [UInt8] = []
      while let chunk = try contents.next(), bytes.count <= RecordLimits.size { bytes += chunk }
      // A larger file is reported by the parser.
      if bytes.count <= RecordLimits.size {
        bytes = TextEncodingCheck.withoutMark(bytes)
        list = JSONListGuess.find(in: try JSONParser.parse(bytes, limits: RecordLimits.json))
      }
      let place = list ?? RecordList(path: nil, keyField: nil)
      let parser = JSONDocumentParser(
        path: path, records: ListedRecords(path: path, list: place, faults: faults, onRecord: take))
      try parser.feed(bytes)
      return try parser.finish()
    }
    while try file.next() {}
  }

  private func add(_ node: JSONNode) {
    guard case .object(let members) = node.value else { return }
    records += 1
    add(members, below: [])
    var hashes = [Int?](repeating: nil, count: fields.count)
    for member in members {
      guard let place = places[ExactName(member.key)], let text = JSONText.text(member.value, as: .plain),
        !member.value.isNull
      else { continue }
      hashes[place] = Self.hash(Array(text.utf8)[...])
    }
    keys.add(hashes)
  }

  private func add(_ members: [JSONMember], below steps: [String]) {
    for member in members {
      let path = steps + [member.key]
      let text = steps.isEmpty ? member.key : JSONListGuess.text(of: path)
      let name = ExactName(text)
      let index = places[name] ?? fields.count
      if index == fields.count {
        guard fields.count < Self.fieldLimit else { continue }
        places[name] = index
        fields.append(FieldProfile(name: text, isNested: !steps.isEmpty))
      }
      fields[index].add(member.value, isText: format == .yaml)
      if case .object(let inner) = member.value.value, path.count < Self.depth { add(inner, below: path) }
    }
  }

  // MARK: NULL

  /// Chooses the texts for NULL: those beside numbers and dates that are not values of a text, as `NA` is the code of a
  /// country, and those that mean nothing else.
  private func decideNulls() {
    var chosen = FieldProfile.certainNulls
    for field in fields where field.count > 0 && field.columnType != "text" {
      chosen.formUnion(field.nullTexts.keys)
    }
    for field in fields where field.count > 0 && field.columnType == "text" {
      chosen.subtract(field.nullTexts.keys.filter { !FieldProfile.certainNulls.contains($0) })
    }
    chosen = chosen.filter { text in fields.contains { $0.nullTexts[text] != nil } }
    for index in fields.indices { fields[index].decide(nulls: chosen) }
    guard !chosen.isEmpty else { return }
    csv.nullTexts =
      (hasEmptyFields ? [format == .copy ? "\\N" : ""] : [])
      + FieldProfile.commonNulls.filter(chosen.contains)
  }
}

extension DataFileScan {
  /// The field of a name or a path.
  subscript(name: String) -> FieldProfile? {
    let name = ExactName(name)
    return fields.first { ExactName($0.name) == name }
  }

  /// The fields that are not inside others.
  var names: [String] { fields.filter { !$0.isNested }.map(\.name) }
}
