import FoundationEssentials

/// A path with `*`, which stands for any characters of one part.
struct FilePattern {
  private let parts: [String]

  /// - Returns: nil for a path without `*`.
  init?(_ path: String) {
    guard path.contains("*") else { return nil }
    parts = path.split(separator: "/").map(String.init)
  }

  /// The matching files of a folder, sorted by the bytes of their paths. Hidden files, overlays and definitions do not
  /// match.
  func matches(in folder: String) -> [String] {
    var found = [""]
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      found = found.flatMap { parent -> [String] in
        guard part.contains("*") else { return [parent + part + (isLast ? "" : "/")] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(parent)")) ?? []
        return names.filter { name in
          (!name.hasPrefix(".") || part.hasPrefix(".")) && Self.isMatch(Array(name.utf8), Array(part.utf8))
            && !(isLast && (DataFormat.isOverlay(name) || name == DeclarativeSeeder.fileName))
        }.map { parent + $0 + (isLast ? "" : "/") }
      }
    }
    return found.filter { RegularFile.resolve("\(folder)/\($0)") != nil }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a name matches, in time proportional to the product of both lengths.
  static func isMatch(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
    var (place, start) = (0, 0)
    var star: (place: Int, start: Int)?
    while place < name.count {
      if start < pattern.count, pattern[start] == UInt8(ascii: "*") {
        star = (place, start)
        start += 1
      } else if start < pattern.count, pattern[start] == name[place] {
        place += 1
        start += 1
      } else if let last = star {
        star = (last.place + 1, last.start)
        place = last.place + 1
        start = last.start + 1
      } else {
        return false
      }
    }
    return pattern[start...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}

extension SeederDefinition {
  /// The same definition with the files that its patterns match now. A pattern without a match stays, and is
  /// reported as a missing file.
  func withMatches(in folder: String) -> SeederDefinition {
    func expanded(_ table: TableDefinition) -> TableDefinition {
      guard case .files(let files) = table.source, files.contains(where: { $0.name.contains("*") }) else {
        return table
      }
      var names: [(name: String, line: Int)] = []
      for file in files {
        let isFile = RegularFile.resolve("\(folder)/\(file.name)") != nil
        let matches = isFile ? nil : FilePattern(file.name)?.matches(in: folder)
        for name in matches.map({ $0.isEmpty ? [file.name] : $0 }) ?? [file.name]
        where !names.contains(where: { $0.name == name }) {
          names.append((name, file.line))
        }
      }
      var table = table
      table.source = .files(names)
      return table
    }
    var definition = self
    definition.tables = tables.map(expanded)
    return definition
  }
}
