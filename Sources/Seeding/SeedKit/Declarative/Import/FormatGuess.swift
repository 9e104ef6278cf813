/// The format of a data file, by its beginning.
enum FormatGuess {
  /// - Parameters:
  ///   - bytes: the beginning of the file.
  ///   - ending: the format by the extension; nil for another extension.
  static func format(_ bytes: [UInt8], ending: DataFormat?) -> DataFormat {
    switch ending {
    case .csv?, .yaml?, .jsonLines?, .copy?, .rails?, .django?: return ending ?? .csv
    case .tsv?: return isCopy(bytes) ? .copy : .tsv
    case .json?: return isLines(bytes) ? .jsonLines : .json
    case nil: break
    }
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    switch first {
    case UInt8(ascii: "["): return .json
    case UInt8(ascii: "{"): return isLines(bytes) ? .jsonLines : .json
    case UInt8(ascii: "-")
    where bytes.starts(with: Array("- ".utf8)) || bytes.starts(with: Array("---".utf8)):
      return .yaml
    default: return isCopy(bytes) ? .copy : .csv
    }
  }

  /// Whether the first line is an object and another one follows.
  private static func isLines(_ bytes: [UInt8]) -> Bool {
    guard let end = bytes.firstIndex(of: 0x0A), bytes.first == UInt8(ascii: "{"),
      let node = try? JSONParser.parse(Array(bytes[..<end])), case .object = node.value
    else { return false }
    return bytes[end...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  /// Whether the lines are those of COPY: with tabs, without a header, and with `\N` as a field or `\.` at the end.
  private static func isCopy(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.split(separator: 0x0A).prefix(1_000)
    guard let first = lines.first, first.contains(0x09) else { return false }
    let null = Array("\\N".utf8)
    let isNull = { (line: ArraySlice<UInt8>) in
      line.split(separator: 0x09, omittingEmptySubsequences: false).contains { $0.elementsEqual(null) }
    }
    guard lines.contains(where: isNull) || bytes.suffix(3).elementsEqual(Array("\\.\n".utf8)) else {
      return false
    }
    let dialect = DialectGuess(Array(bytes.prefix(1 << 16)), format: .tsv)
    return isNull(first) || !dialect.hasHeader(columns: nil)
  }
}

/// The names of the fields of a file without a header.
enum HeaderNames {
  /// The columns of the table in their order, or else `column_1` and so on.
  static func names(count: Int, columns: [String]?) -> [String] {
    (0..<count).map { index in
      columns.flatMap { index < $0.count ? $0[index] : nil } ?? "column_\(index + 1)"
    }
  }
}
