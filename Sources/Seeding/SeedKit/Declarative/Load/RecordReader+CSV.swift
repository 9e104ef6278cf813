import Postgres

extension RecordReader {
  /// How a field becomes the value of a slot.
  private struct Filling {
    let slot: Int
    let rule: LiteralRule?
    let conversion: TextConversion?
  }

  /// The columns of a CSV file: the field of a line that fills each slot.
  private final class Header {
    var names: [String] = []
    var fieldOfSlot: [Int?] = []
    /// The fields that fill columns or child tables, with the slots whose literals are checked or rewritten.
    var filling: [(index: Int, slots: [Filling])] = []
    /// The fields that are lists of a child table.
    var lists: [(index: Int, field: String, child: TableLoad)] = []
  }

  func csvParser(path: String, file: Int, format: DataFormat) -> CSVRecordParser {
    let csv = load.definition.csv
    let nulls = csv.nulls(of: format)
    let header = Header()
    return CSVRecordParser(
      path: path, format: csv, of: format, faults: faults,
      onHeader: { names in
        let isRefused = HeaderCheck(load: load, path: path, format: format, faults: faults).refuses(names)
        let exact = names.map(ExactName.init)
        let indices = Dictionary(zip(exact, exact.indices)) { first, _ in first }
        header.names = names
        header.fieldOfSlot = load.slots.map { indices[ExactName($0.field)] }
        header.filling = exact.enumerated().compactMap { index, name in
          if let slots = load.slotsOfField[name] { return (index, slots.compactMap(filling)) }
          if load.children[name] != nil { return (index, []) }
          // Without a database, any field may fill a column.
          return load.isOffline && !load.definition.ignores(name.text) ? (index, []) : nil
        }
        header.lists = exact.enumerated().compactMap { index, name in
          load.children[name].map { (index, name.text, $0) }
        }
        load.seenFields.formUnion(exact)
        return !isRefused
      },
      onRecord: { line, place in
        let isOfEntry = isOfEntry(place) { name in
          guard let index = header.names.firstIndex(where: { ExactName($0) == ExactName(name) }) else {
            return nil
          }
          let field = line.fields[index]
          return field.isNull(nulls, in: line.bytes)
            ? .null : .text(String(decoding: line.bytes[field.range], as: UTF8.self))
        }
        guard isOfEntry else { return }
        var rewritten: [Int: [UInt8]] = [:]
        // A faulty record has been reported and is not staged.
        guard judge(line, header, place, nulls, &rewritten) else { return }
        let bytes = line.bytes
        let fields = line.fields
        func value(_ index: Int) -> KeyInspection.Value {
          fields[index].isNull(nulls, in: bytes)
            ? .null : .text(String(decoding: bytes[fields[index].range], as: UTF8.self))
        }
        func slotValue(_ slot: Int) -> KeyInspection.Value? {
          if let fixed = load.fixed[slot] { return fixed.text.map(KeyInspection.Value.text) ?? .null }
          if let text = rewritten[slot] { return .text(String(decoding: text, as: UTF8.self)) }
          return header.fieldOfSlot[slot].map(value)
        }
        if load.definition.isDistinct {
          guard load.distinct.add(to: load, value: slotValue) else { return }
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
          if fields[index].isNull(nulls, in: bytes) {
            buffer.appendNull()
          } else if !rewritten.isEmpty, let text = rewritten[slot] {
            buffer.append(bytes: text)
          } else {
            buffer.append(bytes: bytes[fields[index].range])
          }
          return true
        }
        guard !header.lists.isEmpty else { return }
        let key = parentKey(of: load) { slot in
          if case .text(let text)? = slotValue(slot) { return text }
          return nil
        }
        for (index, field, child) in header.lists {
          guard case .text(let text) = value(index) else { continue }
          let node = JSONNode(position: SourcePosition(line: place.line, column: 1), value: .string(text))
          addList(node, field: field, to: child, key: key, place: place, file: file)
        }
      })
  }

  private func filling(_ slot: Int) -> Filling? {
    let (rule, conversion) = (load.slots[slot].rule, load.slots[slot].conversion)
    return rule == nil && conversion == nil ? nil : Filling(slot: slot, rule: rule, conversion: conversion)
  }

  /// Whether a record can be sent without being rejected at once or losing information.
  ///
  /// - Parameter rewritten: receives the values of slots that are not sent as they are.
  private func judge(
    _ line: borrowing CSVRecord, _ header: Header, _ place: FixturePlace, _ nulls: NullTexts,
    _ rewritten: inout [Int: [UInt8]]
  ) -> Bool {
    let before = faults.count
    for (index, slots) in header.filling {
      let field = line.fields[index]
      let value = line.bytes[field.range]
      if field.isNull(nulls, in: line.bytes) { continue }
      if let found = TextEncodingCheck.fault(in: value) {
        faults.add(
          place.fault(
            .malformedFile, field: header.names[index], found: found,
            expected: TextEncodingCheck.expected(insteadOf: found)))
        continue
      }
      for filling in slots {
        var text = value
        var expected: String?
        switch filling.conversion?.apply(value) {
        case nil, .unchanged: break
        case .changed(let bytes):
          rewritten[filling.slot] = bytes
          text = bytes[...]
        case .refused(let other): expected = other
        }
        guard let expected = expected ?? filling.rule?.refusal(of: text) else { continue }
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
