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

  /// Whether the fields have no types, so that every value is a string.
  var isText: Bool {
    switch self {
    case .csv, .tsv, .copy: true
    case .json, .jsonLines: false
    }
  }

  /// The format of a file name; nil for another extension.
  package init?(fileName: String) {
    let parts = fileName.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    let ending = parts.last.map(String.init) ?? ""
    guard fileName.contains("."), let format = Self(rawValue: ending == "ndjson" ? "jsonl" : ending),
      format != .copy
    else {
      return nil
    }
    self = format
  }

  /// For error messages.
  static let endings = ".json, .jsonl, .ndjson, .csv or .tsv"

  /// `tools.dev.json` for `tools.json`: an overlay, whose records change those of the base file in one environment.
  static func overlay(of fileName: String, in environment: SeedEnvironment) -> String {
    let name = fileName[(fileName.lastIndex(of: "/").map(fileName.index(after:)) ?? fileName.startIndex)...]
    guard let dot = name.lastIndex(of: ".") else { return "\(fileName).\(environment.rawValue)" }
    return "\(fileName[..<dot]).\(environment.rawValue)\(fileName[dot...])"
  }
}
