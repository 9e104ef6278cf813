import FoundationEssentials
import SeedKit

/// What `init --from` names.
enum InitSource {
  case table(String)
  /// A data file, by the path as it was given.
  case file(String)

  private static let endings = ["csv", "json", "jsonl", "ndjson"]

  /// Takes a path for what looks like a file or is one, and everything else for a table.
  ///
  /// - Throws: `CommandFailure` for a file that cannot become a seeder.
  init(_ text: String) throws {
    let name = text.split(separator: "/").last.map(String.init) ?? text
    let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } : nil
    let isData = ending.map(Self.endings.contains) ?? false
    var isFolder = false
    let isThere = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder)
    guard text.contains("/") || isData || (isThere && !isFolder && ending != nil) else {
      self = .table(text)
      return
    }
    guard isThere else {
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath, message: "no file '\(text)'",
        fix: "check the path; a table is named without an ending")
    }
    guard !isFolder, isData else {
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath,
        message: isFolder ? "'\(text)' is a folder" : "'\(text)' is not a CSV, JSON or JSONL file",
        fix: "name a file that ends in .csv, .json, .jsonl or .ndjson")
    }
    self = .file(text)
  }

  /// The name from which the id of the seeder is derived.
  var name: String {
    switch self {
    case .table(let table): return table
    case .file(let path):
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }
  }

  /// The seeder that a file belongs to already; nil if it belongs to none.
  static func seeder(holding path: String) -> String? {
    var folder = RegularFile.resolve(path) ?? path
    while let end = folder.lastIndex(of: "/"), end > folder.startIndex {
      folder = String(folder[..<end])
      if FileManager.default.fileExists(atPath: "\(folder)/\(DeclarativeSeeder.fileName)") { return folder }
    }
    return nil
  }
}

extension SeederID {
  /// `order-items` for `shop.order_items`: what could be the id of a table's seeder, though it may not be valid.
  static func proposal(for table: String) -> String {
    let name = table.split(separator: ".").last.map(String.init) ?? table
    return name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
  }

  /// The id that an option names, or else the proposal for a table.
  ///
  /// - Throws: `CommandFailure` if it is not valid.
  init(option: String?, for table: String) throws {
    let name = option ?? Self.proposal(for: table)
    guard let id = SeederID(rawValue: name) else {
      throw CommandFailure(
        code: .usage,
        message:
          "'\(name)' is not a valid seeder id: use lowercase letters, digits and hyphens, with a letter first",
        fix: "set one with --id")
    }
    self = id
  }
}
