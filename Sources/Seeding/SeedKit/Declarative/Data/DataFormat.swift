/// The format of a data file, by its extension.
package enum DataFormat: String, CaseIterable {
  /// An array of objects, one held in memory at a time.
  case json
  /// An object on each line.
  case jsonLines = "jsonl"
  /// CSV as in RFC 4180, with field names on the first line.
  case csv

  /// The format of a file name; nil for another extension.
  package init?(fileName: String) {
    let parts = fileName.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    let ending = parts.last.map(String.init) ?? ""
    guard fileName.contains("."), let format = Self(rawValue: ending == "ndjson" ? "jsonl" : ending) else {
      return nil
    }
    self = format
  }

  /// For error messages.
  static let endings = ".json, .jsonl, .ndjson or .csv"

  /// Whether a file name is that of an overlay for some environment.
  static func isOverlay(_ fileName: String) -> Bool {
    let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 2 && SeedEnvironment.allCases.contains { $0.rawValue == parts[parts.count - 2] }
  }

  /// `tools.dev.json` for `tools.json`: an overlay, whose records change those of the base file in one environment.
  static func overlay(of fileName: String, in environment: SeedEnvironment) -> String {
    guard let dot = fileName.lastIndex(of: ".") else { return fileName }
    return "\(fileName[..<dot]).\(environment.rawValue)\(fileName[dot...])"
  }
}
