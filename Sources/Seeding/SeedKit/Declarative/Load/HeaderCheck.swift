import Postgres

/// Checks the field names of a CSV file.
struct HeaderCheck {
  let load: TableLoad
  let path: String
  let format: DataFormat
  let faults: FaultCollector

  /// Whether there are faults in the names. Adds them to the collector.
  func refuses(_ names: [String]) -> Bool {
    let before = faults.count
    let definition = load.definition
    if definition.csv.header == .line, let fault = comment(names) ?? otherDelimiter(names) {
      faults.add(fault)
      return true
    }
    var (path, lineNumber) = (path, 1)
    if case .names = definition.csv.header {
      (path, lineNumber) = (definition.path, definition.line(of: "header"))
    }
    var seen: Set<ExactName> = []
    for (index, name) in names.enumerated() {
      func fault(_ found: String, _ expected: String, code: ErrorCode = .malformedFile) {
        faults.add(
          FixtureFault(
            code, file: path, line: lineNumber, field: name.isEmpty ? nil : name, found: found,
            expected: expected))
      }
      let exact = ExactName(name)
      let isRead = load.slotsOfField[exact] != nil
      if let child = load.children[exact] {
        guard child.definition.split == nil else { continue }
        fault(
          "a field of 'children': CSV has no arrays",
          "the key 'split' under 'children', or arrays in a .json or .jsonl file", code: .invalidData)
      } else if definition.ignores(name), !isRead {
        continue
      } else if name.isEmpty {
        let isTrailing = index > 0 && index == names.count - 1
        fault(
          "an empty name for field \(index + 1)",
          isTrailing
            ? "a name, \"\" under 'ignore', or \(CSVFormat.Leniency.trailingDelimiter.setting)"
            : "a name, or \"\" under 'ignore'")
      } else if !seen.insert(exact).inserted {
        fault("duplicate field name", "")
      } else if !isRead, let (found, expected) = unreadable(name) {
        fault(found, expected)
      } else if !isRead, !load.isOffline {
        let (found, expected) = faults.isFull ? ("", "") : load.unknownField(name)
        fault(found, expected, code: .invalidData)
      }
    }
    return faults.count > before
  }

  /// Whether a name has characters that make it look like a column name without being one.
  private func unreadable(_ name: String) -> (found: String, expected: String)? {
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\u{FEFF}", "\u{200B}", "\u{2060}":
        return ("the invisible character \(JSONReader.codePoint(scalar)) in the name", "the name without it")
      case "\u{FFFD}":
        return (
          "a name with bytes that are not UTF-8",
          "a UTF-8 file, or " + DeclarativeSeeder.setting("\"encoding\"")
        )
      default: continue
      }
    }
    return nil
  }

  /// A fault for a single name that contains the delimiter of other files, such as `id;name`.
  private func otherDelimiter(_ names: [String]) -> FixtureFault? {
    guard names.count == 1, let name = names.first, load.slotsOfField[ExactName(name)] == nil,
      !load.definition.ignoredFields.contains(ExactName(name))
    else { return nil }
    let delimiter = load.definition.csv.delimiter(of: format)
    let counts = CSVFormat.delimiters.filter { $0 != delimiter }
      .map { byte in (byte, count: name.utf8.count { $0 == byte }) }
    guard let (byte, count) = counts.max(by: { $0.count < $1.count }), count > 0 else { return nil }
    return FixtureFault(
      .malformedFile, file: path, line: 1,
      found:
        "no \(CSVFormat.shown(delimiter)) but \(count) \(CSVFormat.shown(byte)) in the header",
      expected: CSVFormat.setting(byte))
  }

  private func comment(_ names: [String]) -> FixtureFault? {
    guard let first = names.first, load.slotsOfField[ExactName(first)] == nil,
      ["#", "//", "--"].contains(where: { first.drop { $0 == " " }.hasPrefix($0) }),
      !load.definition.ignoredFields.contains(ExactName(first))
    else { return nil }
    // A comment begins with one character.
    let setting = first.hasPrefix("#") ? ", or " + DeclarativeSeeder.setting("\"comment\": \"#\"") : ""
    return FixtureFault(
      .malformedFile, file: path, line: 1, found: "a comment", expected: "the field names\(setting)")
  }
}
