/// Comparisons of a column, or of a function of it, with a constant or with another column.
extension TableFacts {
  mutating func applyCall(
    _ function: String, _ name: String, _ sign: String, _ right: SQLExpression
  ) -> Bool? {
    var facts = self[name]
    switch function {
    case "length", "char_length", "character_length", "octet_length":
      guard let range = right.constant.flatMap({ Int($0) }).flatMap({ Self.range(sign, $0) }) else {
        return false
      }
      facts.lengths = facts.lengths.clamped(to: range)
    case "array_length", "cardinality", "jsonb_array_length":
      guard let range = right.constant.flatMap({ Int($0) }).flatMap({ Self.range(sign, $0) }) else {
        return false
      }
      facts.elements = facts.elements.clamped(to: range)
    case "jsonb_typeof", "json_typeof":
      guard sign == "=", let type = right.constant else { return false }
      facts.jsonType = type
    case "lower":
      guard sign == "=", right == .column(name) else { return nil }
      facts.isLowerCase = true
    case "upper":
      guard sign == "=", right == .column(name) else { return nil }
      facts.isUpperCase = true
    default: return nil
    }
    columns[name] = facts
    return true
  }

  private static func range(_ sign: String, _ number: Int) -> ClosedRange<Int>? {
    switch sign {
    case "=": number...number
    case ">": (number + 1)...Int.max
    case ">=": number...Int.max
    case "<": number > 0 ? 0...(number - 1) : nil
    case "<=": number >= 0 ? 0...number : nil
    case "<>": number == 0 ? 1...Int.max : nil
    default: nil
    }
  }

  mutating func limit(_ name: String, _ sign: String, _ value: String) -> Bool {
    var facts = self[name]
    switch sign {
    case "=": return allow([value], name)
    case "<>":
      guard facts.values.map({ !Set($0).isSubset(of: facts.excluded.union([value])) }) ?? true else {
        return false
      }
      facts.excluded.insert(value)
    case ">", ">=": facts.lower = .init(text: value, isStrict: sign == ">")
    case "<", "<=": facts.upper = .init(text: value, isStrict: sign == "<")
    default: return false
    }
    columns[name] = facts
    return true
  }

  mutating func compare(_ name: String, _ sign: String, _ other: String) -> Bool {
    guard name != other else { return ["=", "<=", ">="].contains(sign) }
    switch sign {
    case "<", "<=": pairs.append(Pair(low: name, high: other, isStrict: sign == "<"))
    case ">", ">=": pairs.append(Pair(low: other, high: name, isStrict: sign == ">"))
    // The engine chooses the rows that references refer to.
    case "=" where known.references.contains(name) || known.references.contains(other): return false
    case "=": columns[name, default: ColumnFacts()].equalTo = other
    // Random values are rarely equal, and references are kept apart by the engine.
    case "<>": return true
    default: return false
    }
    return true
  }
}
