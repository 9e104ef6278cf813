/// How the records of a file are written, by the ending of its name.
enum DataFormat: String, CaseIterable {
  /// An array of objects, whole in memory.
  case json
  /// An object on each line.
  case jsonLines = "jsonl"
  /// RFC 4180, the first line naming the fields.
  case csv

  init?(fileName: String) {
    let parts = fileName.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    let ending = parts.last.map(String.init) ?? ""
    guard fileName.contains("."), let format = Self(rawValue: ending == "ndjson" ? "jsonl" : ending) else {
      return nil
    }
    self = format
  }

  /// For error texts.
  static let endings = ".json, .jsonl, .ndjson or .csv"

  /// `tools.dev.json` for `tools.json`: the records of one environment, laid over those of all.
  static func overlay(of fileName: String, in environment: SeedEnvironment) -> String {
    guard let dot = fileName.lastIndex(of: ".") else { return fileName }
    return "\(fileName[..<dot]).\(environment.rawValue)\(fileName[dot...])"
  }
}
