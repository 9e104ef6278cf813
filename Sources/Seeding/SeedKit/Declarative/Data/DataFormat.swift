/// The format of a data file. The definition or the extension of the file decides it.
package enum DataFormat: String, CaseIterable, Sendable {
  /// An array of objects, one held in memory at a time.
  case json
  /// An object on each line.
  case jsonLines = "jsonl"
  /// CSV as in RFC 4180, with field names on the first line.
  case csv
  /// CSV with tabs as delimiters.
  case tsv
  /// The text format of PostgreSQL's COPY. No extension stands for it.
  case copy
  /// A YAML document: a list of mappings.
  case yaml
  /// Fixtures of Ruby on Rails: YAML files whose names say the tables.
  case rails
  /// Fixtures of Django: files whose records say their tables.
  case django

  /// Whether the file consists of lines with fields.
  var hasLines: Bool {
    switch self {
    case .csv, .tsv, .copy: true
    case .json, .jsonLines, .yaml, .rails, .django: false
    }
  }

  /// Other extensions than the names of the formats.
  private static let otherEndings = ["ndjson": Self.jsonLines, "yml": .yaml]

  /// The format of a file name, which may also end in the extension of a compression; nil for another extension.
  package init?(fileName: String) {
    let name = Compression.split(fileName).name.lowercased()
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    guard name.contains("."), let format = Self.otherEndings[ending] ?? Self(rawValue: ending),
      format != .copy, format.framework == nil
    else {
      return nil
    }
    self = format
  }

  /// For error messages.
  static let endings =
    ".json, .jsonl, .ndjson, .csv, .tsv, .yaml or .yml, with or without \(Compression.endings)"

  /// `tools` for `tools.json.gz`.
  static func stem(of fileName: String) -> String {
    let name = Compression.split(fileName).name
    return String(name[..<(dot(in: name) ?? name.endIndex)])
  }

  /// Whether a file name is that of an overlay for some environment.
  static func isOverlay(_ fileName: String) -> Bool {
    let name = Compression.split(fileName).name
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().suffix(2)
    let environments = Set(SeedEnvironment.allCases.map(\.rawValue))
    // `stops.dev` is an overlay of `stops`.
    return parts.first.map { environments.contains(String($0)) } ?? false
      || parts.last.map { environments.contains(String($0)) } ?? false
  }

  /// `tools.dev.json` for `tools.json`: an overlay, whose records change those of the base file in one environment.
  static func overlay(of fileName: String, in environment: SeedEnvironment) -> String {
    let (name, ending) = Compression.split(fileName)
    let dot = dot(in: name) ?? name.endIndex
    return "\(name[..<dot]).\(environment.rawValue)\(name[dot...])\(ending)"
  }

  /// The point before the extension, in the last part of a path.
  private static func dot(in path: Substring) -> Substring.Index? {
    let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    return path[start...].lastIndex(of: ".")
  }
}
