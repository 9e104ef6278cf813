import Postgres

extension RecordReader {
  /// The value of a slot.
  private enum Value {
    case missing, null
    case text(String)
  }

  /// What an element of an array needs to know about its record.
  struct Parent {
    /// The texts of its natural key.
    let key: [String?]
    /// The element's position in the array, from 1.
    let position: Int
  }

  /// Converts a record to a row, and the arrays in it to rows of child tables.
  func add(_ node: JSONNode, to load: TableLoad, place: FixturePlace, file: Int, parent: Parent?) {
    if parent == nil, !load.definition.filters.isEmpty, case .object(let members) = node.value {
      let all = members + nestedMembers(of: members, load: load) { _, _, _, _ in }.members
      let isOfEntry = isOfEntry(place) { field in
        guard let node = all.first(where: { ExactName($0.key) == ExactName(field) })?.value else {
          return nil
        }
        return node.isNull ? .null : .text(JSONText.text(node, as: .plain) ?? node.kindDescription)
      }
      guard isOfEntry else {
        load.seenFields.formUnion(all.map { ExactName($0.key) })
        return
      }
    }
    var values = Array(repeating: Value.missing, count: load.slots.count)
    for (slot, fixed) in load.fixed { values[slot] = fixed.text.map(Value.text) ?? .null }
    let before = faults.count
    func fault(
      _ node: JSONNode, _ field: String?, code: ErrorCode = .invalidData, found: String, expected: String
    ) {
      let own = FixturePlace(
        file: place.file, record: place.record, line: node.position.line, element: place.element)
      faults.add(
        own.fault(code, field: field.map { $0.isEmpty ? "\"\"" : $0 }, found: found, expected: expected))
    }
    func set(_ slots: [Int], _ node: JSONNode, field: String?) {
      for slot in slots where load.fixed[slot] == nil {
        guard !isNull(node, of: load) else {
          values[slot] = .null
          continue
        }
        // Without a database the types are unknown. Almost all types read a scalar as its plain text.
        let plain = load.isOffline ? JSONText.text(node, as: .plain) : nil
        if var text = plain ?? JSONText.text(node, as: load.slots[slot].kind) {
          if let conversion = load.slots[slot].conversion {
            let isNumber = if case .number = node.value { !readsNumbersAsText } else { false }
            switch conversion.apply(Array(text.utf8)[...], isNumber: isNumber) {
            case .unchanged: break
            case .changed(let bytes): text = String(decoding: bytes, as: UTF8.self)
            case .refused(let expected):
              fault(
                node, field, code: .invalidColumnValue, found: LiteralRule.shown(text.utf8),
                expected: expected)
              continue
            }
          }
          values[slot] = .text(text)
          if let expected = load.slots[slot].ruleOfJSON?.refusal(of: Array(text.utf8)[...]) {
            fault(
              node, field, code: .invalidColumnValue, found: LiteralRule.shown(text.utf8), expected: expected)
          }
        } else {
          fault(
            node, field, code: .invalidColumnValue, found: node.kindDescription,
            expected: "a value of type \(load.slots[slot].type)")
        }
      }
    }
    if load.definition.isScalar {
      set(load.slotsOfField[ExactName(ColumnRule.element)] ?? [], node, field: nil)
    } else {
      guard case .object(let members) = node.value else {
        fault(node, nil, found: node.foundDescription, expected: "an object")
        return
      }
      let (nested, outer) = nestedMembers(of: members, load: load) {
        fault($0, $1, code: .invalidColumnValue, found: $2, expected: $3)
      }
      for member in members + nested {
        let name = ExactName(member.key)
        if let slots = load.slotsOfField[name] {
          set(slots, member.value, field: member.key)
        } else if load.children[name] == nil, !outer.contains(name) {
          load.seenFields.insert(name)
          guard !load.isOffline, !load.definition.ignores(member.key) else { continue }
          let (found, expected) = faults.isFull ? ("", "") : load.unknownField(member.key)
          fault(member.value, member.key, found: found, expected: expected)
        }
      }
      addChildren(of: members + nested, values: values, load: load, place: place, file: file)
    }
    if let parent {
      for (slot, text) in zip(load.parentSlots, parent.key) { values[slot] = text.map(Value.text) ?? .null }
      for slot in load.slotsOfField[ExactName(ColumnRule.position)] ?? [] {
        values[slot] = .text("\(parent.position)")
      }
    }
    func value(_ slot: Int) -> KeyInspection.Value? {
      switch values[slot] {
      case .missing: nil
      case .null: .null
      case .text(let text): .text(text)
      }
    }
    // The faults are reported already. If the record were staged, its missing values would be reported again.
    guard faults.count == before else { return }
    if load.definition.isDistinct {
      guard load.distinct.add(to: load, value: value) else { return }
    }
    load.keys?.add(to: load, place: place, fields: { fields(of: node, in: load) }, value: value)
    load.addRow(file: file, place: place) { slot, buffer in
      switch values[slot] {
      case .missing, .null: buffer.appendNull()
      case .text(let text): buffer.append(bytes: text.utf8)
      }
      if case .missing = values[slot] { return false }
      return true
    }
  }

  /// Whether a value is null, or a string that means NULL. Numbers of YAML are strings, too.
  private func isNull(_ node: JSONNode, of load: TableLoad) -> Bool {
    if node.isNull { return true }
    guard !load.nullStrings.isEmpty else { return false }
    switch node.value {
    case .string(let text): return load.nullStrings.contains(ExactName(text))
    case .number(let text) where readsNumbersAsText: return load.nullStrings.contains(ExactName(text))
    default: return false
    }
  }

  /// The scalar fields of a record, for comparison with those of another entry.
  private func fields(of node: JSONNode, in load: TableLoad) -> [(name: String, value: KeyInspection.Value)] {
    guard case .object(let members) = node.value else { return [] }
    return members.compactMap { member in
      if isNull(member.value, of: load) { return (member.key, .null) }
      return JSONText.text(member.value, as: .plain).map { (member.key, .text($0)) }
    }
  }

  /// The values of the fields that are paths, as members with the paths as keys, and the fields in which they lie. A
  /// field with that very name comes before a path.
  private func nestedMembers(
    of members: [JSONMember], load: TableLoad, fault: (JSONNode, String?, String, String) -> Void
  ) -> (members: [JSONMember], outer: Set<ExactName>) {
    guard !load.nestedFields.isEmpty else { return ([], []) }
    let names = Set(members.map { ExactName($0.key) })
    var found: [JSONMember] = []
    var outerFields: Set<ExactName> = []
    for path in load.nestedFields where !names.contains(ExactName(path.text)) {
      let name = ExactName(path.steps[0])
      guard let outer = members.first(where: { ExactName($0.key) == name }) else { continue }
      outerFields.insert(name)
      switch path.find(in: JSONNode(position: outer.position, value: .object([outer]))) {
      case .value(let node): found.append(JSONMember(key: path.text, position: node.position, value: node))
      case .missing: break
      case .dead(let node, let key):
        fault(node, path.text, node.foundDescription, "an object with '\(key)'")
      }
    }
    return (found, outerFields)
  }

  private func addChildren(
    of members: [JSONMember], values: [Value], load: TableLoad, place: FixturePlace, file: Int
  ) {
    guard !load.children.isEmpty else { return }
    let key = parentKey(of: load) { slot in
      if case .text(let text) = values[slot] { return text }
      return nil
    }
    for member in members {
      guard let child = load.children[ExactName(member.key)], !member.value.isNull else { continue }
      addList(member.value, field: member.key, to: child, key: key, place: place, file: file)
    }
  }

  /// The texts of a record's key, for the rows of its children. Incomplete if a part is missing, which is reported
  /// separately.
  ///
  /// - Parameter text: the text of a slot; nil for NULL.
  func parentKey(of load: TableLoad, text: (Int) -> String?) -> [String?] {
    load.keySlots.compactMap { slot -> String?? in
      if let text = text(slot) { return text }
      return load.keyRule.allowsNulls || load.isOffline && load.keySlots.count > 1 ? .some(nil) : .none
    }
  }

  /// Converts an array, or a string that is a list, to rows of a child table.
  ///
  /// - Parameter key: the texts of the parent's natural key.
  func addList(
    _ node: JSONNode, field: String, to child: TableLoad, key: [String?], place: FixturePlace, file: Int
  ) {
    func fault(found: String, expected: String) {
      let own = FixturePlace(file: place.file, record: place.record, line: node.position.line)
      faults.add(own.fault(field: field, found: found, expected: expected))
    }
    let elements: [JSONNode]
    switch (node.value, child.definition.split) {
    case (.array(let nodes), _): elements = nodes
    case (.string(let text), let separator?):
      let parts = text.split(separator: separator, omittingEmptySubsequences: false).map(Self.trimmed)
      // An empty string is an empty list.
      let isEmpty = parts.count == 1 && parts[0].isEmpty
      guard isEmpty || !parts.contains("") else {
        let shown = LiteralRule.shown(text.utf8)
        return fault(found: "an empty element in \(shown)", expected: "a value between two '\(separator)'")
      }
      elements = isEmpty ? [] : parts.map { JSONNode(position: node.position, value: .string($0)) }
    default:
      return fault(found: node.foundDescription, expected: "an array")
    }
    // A record without a key is reported separately.
    guard let parent = child.parent, key.count == parent.keySlots.count else { return }
    if isOverlay, elements.isEmpty { child.emptiedParents.append(key) }
    for (index, element) in elements.enumerated() {
      let place = FixturePlace(
        file: place.file, record: place.record, line: element.position.line,
        element: FixturePlace.Element(field: field, position: index + 1))
      add(element, to: child, place: place, file: file, parent: Parent(key: key, position: index + 1))
    }
  }

  /// The text without spaces at both ends.
  private static func trimmed(_ text: Substring) -> String {
    let end = text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex
    return String(text[..<end].drop { $0 == " " })
  }
}
