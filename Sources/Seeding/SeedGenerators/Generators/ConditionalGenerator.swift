/// Replaces values by NULL unless other columns have certain values.
struct ConditionalGenerator: Generator {
  static var entry: GeneratorEntry {
    GeneratorEntry("when", "NULL unless other columns have certain values")
  }

  /// A column and the values that it may have; nil for NULL.
  struct Condition: Sendable {
    let column: Int
    let values: [[UInt8]?]
  }

  private let base: any Generator
  private let conditions: [Condition]

  init(_ base: any Generator, _ conditions: [Condition]) {
    self.base = base
    self.conditions = conditions
  }

  var kind: ValueKind { base.kind }
  var sources: [Int] { base.sources + conditions.map(\.column) }

  func expectation(of value: [UInt8], from source: Int) -> String? {
    base.sources.contains(source) ? base.expectation(of: value, from: source) : nil
  }

  func longest(below end: Int) -> Int? { base.longest(below: end) }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    for condition in conditions {
      let isMet = row.others?.withValue(condition.column) { found in
        condition.values.contains { wanted in
          guard let found, let wanted else { return found == nil && wanted == nil }
          return found.elementsEqual(wanted)
        }
      }
      guard isMet == true else { return false }
    }
    return base.append(row, to: &text)
  }

  /// Reads `{"status": "paid", "kind": ["a", "b"]}`.
  static func conditions(
    _ value: GeneratorValue, _ context: GeneratorContext
  ) throws(GeneratorFault) -> [Condition] {
    guard case .object(let members) = value, !members.isEmpty else {
      throw GeneratorFault(
        path: ["when"], "expected an object with columns and their values, found \(value.found)")
    }
    var conditions: [Condition] = []
    for member in members {
      guard let column = context.columns.firstIndex(of: member.key) else {
        throw GeneratorFault(
          path: ["when", member.key], "the table has no generated column '\(member.key)'")
      }
      var wanted = [member.value]
      if case .list(let list) = member.value { wanted = list }
      var values: [[UInt8]?] = []
      for value in wanted {
        switch value {
        case .null: values.append(nil)
        case .bool(let flag): values.append(Array("\(flag)".utf8))
        case .number(let text), .string(let text): values.append(Array(text.utf8))
        case .list, .object:
          throw GeneratorFault(
            path: ["when", member.key],
            "expected a text, a number, true, false or null, or an array of them, found \(value.found)")
        }
      }
      conditions.append(Condition(column: column, values: values))
    }
    return conditions
  }
}
