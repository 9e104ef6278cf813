import FoundationEssentials
import SeedKit

/// The argument of `new --from`: a data file.
struct NewSource {
  /// The path as given.
  let path: String
  /// The name of the file.
  let name: String

  /// Checks that the file exists.
  ///
  /// - Throws: `CommandFailure`.
  init(_ path: String, program: String) throws {
    self.path = path
    name = path.split(separator: "/").last.map(String.init) ?? path
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      let isTable = !path.contains("/") && !path.contains(".")
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath, message: "no file '\(path)'",
        fix: "check the path" + (isTable ? "; '\(program) export \(path)' creates a seeder from a table" : "")
      )
    }
    guard !isFolder else {
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath, message: "'\(path)' is a folder", fix: "name a file in it")
    }
  }

  /// Whether the file is in a folder.
  func isIn(_ folder: String) -> Bool {
    guard let file = RegularFile.resolve(path), let folder = RegularFile.resolve(folder) else { return false }
    return file == "\(folder)/\(name)"
  }

  /// The folder of the seeder that already contains a file; nil if there is none.
  var owner: String? {
    var folder = RegularFile.resolve(path) ?? path
    while let end = folder.lastIndex(of: "/"), end > folder.startIndex {
      folder = String(folder[..<end])
      if FileManager.default.fileExists(atPath: "\(folder)/\(DeclarativeSeeder.fileName)") { return folder }
    }
    return nil
  }
}

extension SeederID {
  /// `order-items` for `shop.order_items`: the id derived from a table's name. It may be invalid.
  static func proposal(for table: String) -> String {
    let name = table.split(separator: ".").last.map(String.init) ?? table
    return name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
  }

  /// Uses the id of an option, or else the proposal for a table.
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
