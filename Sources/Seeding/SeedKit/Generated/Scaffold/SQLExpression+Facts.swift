extension SQLExpression {
  /// A column, or a function of it that does not matter for a comparison with constants.
  var plainColumn: String? {
    switch self {
    case .column(let name): name
    case .call(let function, let arguments)
    where ["btrim", "ltrim", "rtrim", "trim"].contains(function) && arguments.count == 1:
      arguments[0].plainColumn
    // The value for NULL does not matter to those that are not.
    case .call("coalesce", let arguments): arguments.first?.plainColumn
    default: nil
    }
  }

  /// The column whose value is one of these, also if it is compared in one case: `upper(kind) IN ('A', 'B')`.
  func column(with values: [String]) -> String? {
    guard case .call(let function, let arguments) = self, arguments.count == 1,
      function == "upper" && values.allSatisfy({ $0 == $0.uppercased() })
        || function == "lower" && values.allSatisfy({ $0 == $0.lowercased() })
    else { return plainColumn }
    return arguments[0].plainColumn
  }

  var isCondition: Bool {
    switch self {
    case .isNull, .not, .and, .or, .any, .all: true
    case .binary(let sign, _, _): ["=", "<>", "<", "<=", ">", ">="].contains(sign)
    default: false
    }
  }

  /// Whether it is a condition, also a column of type boolean.
  var isTest: Bool { if case .column = self { true } else { isCondition } }

  /// How much an alternative restricts the rows.
  var cost: Int {
    switch self {
    case .not(.isNull): 1
    case .isNull: 6
    case .and(let parts): parts.reduce(0) { $0 + $1.cost }
    case .binary("=", _, _): 5
    case .binary("<>", _, _), .not: 4
    default: 2
    }
  }

  func renaming(_ old: String, to new: String) -> SQLExpression {
    func renamed(_ inner: SQLExpression) -> SQLExpression { inner.renaming(old, to: new) }
    switch self {
    case .column(old): return .column(new)
    case .call(let name, let arguments): return .call(name, arguments.map(renamed))
    case .array(let elements): return .array(elements.map(renamed))
    case .binary(let sign, let left, let right): return .binary(sign, renamed(left), renamed(right))
    case .any(let sign, let left, let right): return .any(sign, renamed(left), renamed(right))
    case .all(let sign, let left, let right): return .all(sign, renamed(left), renamed(right))
    case .isNull(let inner): return .isNull(renamed(inner))
    case .not(let inner): return .not(renamed(inner))
    case .and(let parts): return .and(parts.map(renamed))
    case .or(let parts): return .or(parts.map(renamed))
    default: return self
    }
  }
}
