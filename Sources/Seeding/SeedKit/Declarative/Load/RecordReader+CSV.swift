import Postgres

extension RecordReader {
  /// The columns of a CSV file: the field of a line that fills each slot.
  private final class Header {
    var names: [String] = []
    var fieldOfSlot: [Int?] = []
    /// The fields that fill columns, with the rules for their literals.
    var filling: [(index: Int, rules: [LiteralRule])] = []
  }

  func csvParser(path: String, file: Int) -> CSVRecordParser {
    let nullText = Array(load.definition.csv.nullText.utf8)
    let header = Header()
    return CSVRecordParser(
      path: path, format: load.definition.csv, faults: faults,
      onHeader: { names in
        let isRefused = HeaderCheck(load: load, path: path, faults: faults).refuses(names)
        let exact = names.map(ExactName.init)
        let indices = Dictionary(zip(exact, exact.indices)) { first, _ in first }
        header.names = names
        header.fieldOfSlot = load.slots.map { indices[ExactName($0.field)] }
        header.filling = exact.enumerated().compactMap { index, name in
          if let slots = load.slotsOfField[name] { return (index, slots.compactMap { load.slots[$0].rule }) }
          // Without a database, any field may fill a column.
          return load.isOffline && !load.definition.ignores(name.text) ? (index, []) : nil
        }
        load.seenFields.formUnion(exact)
        return !isRefused
      },
      onRecord: { line, place in
        // A faulty record has been reported and is not staged.
        guard judge(line, header, place, nullText: nullText) else { return }
        let bytes = line.bytes
        let fields = line.fields
        func value(_ index: Int) -> KeyInspection.Value {
          fields[index].isNull(nullText, in: bytes)
            ? .null : .text(String(decoding: bytes[fields[index].range], as: UTF8.self))
        }
        func slotValue(_ slot: Int) -> KeyInspection.Value? {
          if let fixed = load.fixed[slot] { return fixed.text.map(KeyInspection.Value.text) ?? .null }
          return header.fieldOfSlot[slot].map(value)
        }
        if load.definition.isDistinct {
          let isNew = load.distinct.add(keySlots: load.keySlots, slots: load.slots.count) { slot in
            guard case .text(let text)? = slotValue(slot) else { return nil }
            return text
          }
          guard isNew else { return }
        }
        load.keys?.add(
          to: load, place: place, fields: { header.names.enumerated().map { ($1, value($0)) } },
          value: slotValue)
        load.addRow(file: file, place: place) { slot, buffer in
          if let fixed = load.fixed[slot] {
            if let text = fixed.text { buffer.append(bytes: text.utf8) } else { buffer.appendNull() }
            return true
          }
          guard let index = header.fieldOfSlot[slot] else {
            buffer.appendNull()
            return false
          }
          if fields[index].isNull(nullText, in: bytes) {
            buffer.appendNull()
          } else {
            buffer.append(bytes: bytes[fields[index].range])
          }
          return true
        }
      })
  }

  /// Whether a record can be sent without being rejected at once or losing information.
  private func judge(
    _ line: borrowing CSVRecord, _ header: Header, _ place: FixturePlace, nullText: [UInt8]
  ) -> Bool {
    let before = faults.count
    for (index, rules) in header.filling {
      let field = line.fields[index]
      let value = line.bytes[field.range]
      if field.isNull(nullText, in: line.bytes) { continue }
      if let found = TextEncodingCheck.fault(in: value) {
        faults.add(
          place.fault(.malformedFile, field: header.names[index], found: found, expected: "UTF-8 text"))
        continue
      }
      for rule in rules {
        guard let expected = rule.refusal(of: value) else { continue }
        faults.add(
          place.fault(
            .invalidColumnValue, field: header.names[index], found: LiteralRule.shown(value),
            expected: expected))
        break
      }
    }
    return faults.count == before
  }
}

/// Checks the header of a CSV file.
private struct HeaderCheck {
  let load: TableLoad
  let path: String
  let faults: FaultCollector

  /// Whether there are faults in the names. Adds them to the collector.
  func refuses(_ names: [String]) -> Bool {
    let before = faults.count
    if let fault = comment(names) ?? otherDelimiter(names) {
      faults.add(fault)
      return true
    }
    var seen: Set<ExactName> = []
    for (index, name) in names.enumerated() {
      func fault(_ found: String, _ expected: String, code: ErrorCode = .malformedFile) {
        faults.add(
          FixtureFault(
            code, file: path, line: 1, field: name.isEmpty ? nil : name, found: found,
            expected: expected))
      }
      let exact = ExactName(name)
      let isRead = load.slotsOfField[exact] != nil
      if load.children[exact] != nil {
        fault(
          "a field of 'children': CSV has no arrays",
          "no such field, and the arrays in a .json or .jsonl file", code: .invalidData)
      } else if load.definition.ignores(name), !isRead {
        continue
      } else if name.isEmpty {
        fault("an empty name for field \(index + 1)", "a name, or \"\" under 'ignore'")
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
      case "\u{FFFD}": return ("a name with bytes that are not UTF-8", "a UTF-8 file")
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
    let counts = CSVFormat.delimiters.filter { $0 != load.definition.csv.delimiter }
      .map { byte in (byte, count: name.utf8.count { $0 == byte }) }
    guard let (byte, count) = counts.max(by: { $0.count < $1.count }), count > 0 else { return nil }
    return FixtureFault(
      .malformedFile, file: path, line: 1,
      found:
        "no \(CSVFormat.shown(load.definition.csv.delimiter)) but \(count) \(CSVFormat.shown(byte)) in the header",
      expected: CSVFormat.setting(byte))
  }

  private func comment(_ names: [String]) -> FixtureFault? {
    guard let first = names.first, load.slotsOfField[ExactName(first)] == nil,
      ["#", "//", "--"].contains(where: { first.drop { $0 == " " }.hasPrefix($0) }),
      !load.definition.ignoredFields.contains(ExactName(first))
    else { return nil }
    return FixtureFault(
      .malformedFile, file: path, line: 1, found: "a comment",
      expected: "the field names; CSV has no comments")
  }
}
