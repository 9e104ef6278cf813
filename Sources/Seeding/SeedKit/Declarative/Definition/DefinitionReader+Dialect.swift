/// The keys that describe how files are written.
extension DefinitionReader {
  func csv(_ object: JSONObjectReader, format: DataFormat?) -> CSVFormat {
    var csv = CSVFormat()
    csv.nullTexts = nullTexts(object)
    csv.header = header(object)
    if let text = object.stringIfThere("delimiter") { csv.delimiter = character(text, "delimiter", object) }
    if let text = object.optionalString("quote") {
      csv.quote = text.isEmpty ? nil : character(text, "quote", object)
    }
    if let text = object.optionalString("escape") { csv.escape = character(text, "escape", object) }
    if let text = object.optionalString("comment") { csv.comment = character(text, "comment", object) }
    let names = CSVFormat.Leniency.allCases.map(\.rawValue).joined(separator: ", ")
    csv.allowed = Set(
      object.stringsIfAny("allow", expected: "one of \(names)", CSVFormat.Leniency.init(rawValue:)) ?? [])
    let characters = [csv.delimiter ?? UInt8(ascii: ","), csv.quote, csv.escape, csv.comment].compactMap(
      \.self)
    if Set(characters).count < characters.count {
      object.fault(
        "", found: "the same character for two of 'delimiter', 'quote', 'escape' and 'comment'",
        expected: "different characters")
    }
    if csv.quote == nil, csv.escape != nil {
      object.fault("escape", found: "'escape' without quotes", expected: "a quote under 'quote'")
    }
    if format == .copy {
      if object.isAbsent("header") {
        object.fault(
          "header", found: JSONFault.nothing, expected: "the names of the fields, which the format copy lacks"
        )
      }
      for key in ["quote", "escape", "comment", "allow"] where !object.isAbsent(key) {
        object.fault(
          key, found: "'\(key)' with the format copy", expected: "only 'header', 'delimiter' and 'null'")
      }
    }
    return csv
  }

  private func header(_ object: JSONObjectReader) -> CSVFormat.Header {
    guard let node = object.take("header") else { return .line }
    switch node.value {
    case .null, .bool(true): return .line
    case .bool(false): return .positions
    case .array(let elements) where !elements.isEmpty:
      return .names(object.strings("header", expected: "a string") { $0 })
    default:
      object.mismatch(node, "header", expected: "an array of field names, true or false")
      return .line
    }
  }

  private func nullTexts(_ object: JSONObjectReader) -> [String]? {
    guard let node = object.take("null") else { return nil }
    if case .array = node.value { return object.strings("null", expected: "a string") { $0 } }
    guard case .string(let text) = node.value else {
      object.mismatch(node, "null", expected: "a string or an array of strings")
      return nil
    }
    return [text]
  }

  private func character(_ text: String, _ key: String, _ object: JSONObjectReader) -> UInt8? {
    let excluded: [UInt8] = [0x0A, 0x0D] + (key == "delimiter" ? [0x22] : [])
    if let byte = text.utf8.first, text.utf8.count == 1, byte != 0, byte < 0x80, !excluded.contains(byte) {
      return byte
    }
    let other = key == "delimiter" ? "a quote" : "a line break"
    object.fault(key, found: "'\(text)'", expected: "one ASCII character other than \(other)")
    return nil
  }

  func encoding(_ object: JSONObjectReader) -> String? {
    guard let text = object.optionalString("encoding") else { return nil }
    guard DecodedBytes.knows(text) else {
      object.fault(
        "encoding", found: "'\(text)'",
        expected: "an encoding that iconv supports, such as windows-1252, latin-1 or utf-16")
      return nil
    }
    return text
  }

  /// How numbers, dates and bytes are written in the files of a table, or in the fields of a column.
  func values(_ object: JSONObjectReader) -> ValueFormat {
    var values = ValueFormat()
    if !object.isAbsent("decimal") {
      values.decimal = object.string("decimal", expected: "\".\" or \",\"") { text in
        text == "." || text == "," ? text.utf8.first : nil
      }
    }
    if !object.isAbsent("thousands") {
      let decimal = values.decimal ?? UInt8(ascii: ".")
      values.thousands = object.string(
        "thousands", expected: "one character, other than a digit, a sign and the decimal separator"
      ) { text in
        let bytes = Array(text.utf8)
        let isUsed = bytes == [decimal] || bytes == [0] || bytes == [0x2B] || bytes == [0x2D]
        return text.unicodeScalars.count == 1 && !isUsed && !(0x30...0x39).contains(bytes[0]) ? bytes : nil
      }
    }
    if !object.isAbsent("dateFormat") {
      values.dates = object.string("dateFormat", expected: DatePattern.expected, DatePattern.init)
    }
    if !object.isAbsent("dates"), let node = object.take("dates") {
      if case .bool(false) = node.value {
        values.keepsDates = true
      } else {
        object.mismatch(node, "dates", expected: "false; the shift of all dates is beside 'tables'")
      }
    }
    values.bytes = object.choiceIfAny("bytes", BytesFormat.self)
    return values
  }
}
