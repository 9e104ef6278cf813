/// The dialect of a CSV file, by the records at its beginning.
struct DialectGuess {
  /// The number of records to look at.
  private static let limit = 1_000

  private(set) var csv = CSVFormat()
  /// The records, to tell whether the first one is a header.
  private(set) var records: [[String]] = []

  /// How well a dialect splits the records.
  private struct Score {
    var records: [[String]] = []
    /// The number of quoted fields.
    var quoted = 0

    /// The part of the records that have as many fields as the first one; 0 for a single field.
    var share: Double {
      guard let first = records.first, first.count > 1 else { return 0 }
      return Double(records.count { $0.count == first.count || $0.count == first.count + 1 && $0.last == "" })
        / Double(records.count)
    }
  }

  /// - Parameters:
  ///   - bytes: the beginning of the file, or all of it.
  ///   - format: the format by the extension.
  init(_ bytes: [UInt8], format: DataFormat) {
    let standard = csv.delimiter(of: format)
    csv.comment = Self.comment(bytes)
    var best = Score()
    var delimiter = standard
    for candidate in [standard] + CSVFormat.delimiters where candidate != standard || best.records.isEmpty {
      let score = score(bytes, delimiter: candidate)
      let isBetter =
        (score.share, score.records.first?.count ?? 0) > (best.share, best.records.first?.count ?? 0)
      if best.records.isEmpty || isBetter { (best, delimiter) = (score, candidate) }
    }
    if best.quoted == 0 {
      csv.quote = UInt8(ascii: "'")
      let other = score(bytes, delimiter: delimiter)
      if other.quoted > 0, other.share == 1 { best = other } else { csv.quote = CSVFormat().quote }
    }
    if delimiter != standard { csv.delimiter = delimiter }
    records = best.records
    takeTrailingDelimiters()
  }

  /// Recognizes lines that all end with a delimiter, perhaps except the first one.
  private mutating func takeTrailingDelimiters() {
    guard let first = records.first, records.count > 1, first.count > 1 || records[1].count > 1 else {
      return
    }
    let count = first.last == "" ? first.count : first.count + 1
    guard records.dropFirst().allSatisfy({ $0.count == count && $0.last == "" }) else { return }
    csv.allowed.insert(.trailingDelimiter)
    records = records.map { $0.count == count ? $0.dropLast() : $0 }
  }

  /// Splits the records as far as the dialect fits.
  private func score(_ bytes: [UInt8], delimiter: UInt8) -> Score {
    struct End: Error {}
    var format = csv
    format.allowed = [.bareQuotes, .carriageReturns]
    var parser = CSVParser(format, delimiter: delimiter)
    var score = Score()
    let take = { (line: borrowing CSVRecord) throws in
      guard !line.isBlank else { return }
      var texts: [String] = []
      for index in line.fields.indices {
        texts.append(line.text(index))
        if line.fields[index].isQuoted { score.quoted += 1 }
      }
      score.records.append(texts)
      if score.records.count == Self.limit { throw End() }
    }
    do {
      try parser.feed(bytes, take)
      // The last record of a part of a file may be cut.
      if bytes.count < ByteSource.chunkSize { try parser.finish(take) }
    } catch {
      return score
    }
    return score
  }

  /// `#`, if lines at the beginning start with it and have other delimiters than the line after them.
  private static func comment(_ bytes: [UInt8]) -> UInt8? {
    let mark = UInt8(ascii: "#")
    guard bytes.first == mark else { return nil }
    let lines = bytes.split(separator: 0x0A, maxSplits: 20, omittingEmptySubsequences: true)
    guard let data = lines.first(where: { $0.first != mark }), let first = lines.first else { return mark }
    let counts = { (line: ArraySlice<UInt8>) in
      CSVFormat.delimiters.map { delimiter in line.count { $0 == delimiter } }
    }
    return counts(first) == counts(data) ? nil : mark
  }

  /// Whether the first record has the names of the fields, which is a guess unless it names columns of the table.
  func hasHeader(columns: [String]?) -> Bool {
    guard let first = records.first else { return true }
    if let columns, !FieldMatch(first, columns: columns).columns.isEmpty { return true }
    let named = first.filter { !$0.isEmpty }
    let isText = { (cell: String) in
      // A year may be the name of a field.
      let isYear = cell.utf8.count == 4 && (Int(cell) ?? 0) > 1_000
      return isYear || Self.type([cell]) == "text"
    }
    guard !named.allSatisfy(isText) else { return !named.isEmpty }
    // A name such as `t` looks like a value, but a text above numbers is a name.
    return first.indices.contains { index in
      let rest = records.dropFirst().compactMap { $0.indices.contains(index) ? $0[index] : nil }
      return Self.type([first[index]]) == "text" && Self.type(rest).map { $0 != "text" } ?? false
    }
  }

  /// The type that fits all cells; nil if all are empty.
  private static func type(_ cells: [String]) -> String? {
    var profile = FieldProfile(name: "")
    for cell in cells where !cell.isEmpty { profile.add(text: Array(cell.utf8)[...]) }
    return profile.count > 0 ? profile.columnType : nil
  }
}
