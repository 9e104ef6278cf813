/// A constraint that allows some columns to be NULL, or to have a value, depending on the value of one other column:
/// `status <> 'paid' OR paid_at IS NOT NULL`.
struct ConditionalColumns {
  /// The column with the value.
  let column: String
  /// The columns that are NULL or not.
  let dependents: Set<String>
  /// Whether the column is used as a condition itself.
  let isBoolean: Bool

  private let expression: SQLExpression
  /// The constants with which the column is compared.
  private let constants: [String]

  /// Finds the form in an expression; nil if it has another one.
  ///
  /// - Parameter optional: the columns that may be NULL in some rows.
  init?(_ expression: SQLExpression, optional: Set<String>) {
    var parts = Parts()
    guard parts.collect(expression), parts.columns.count == 1, let column = parts.columns.first,
      !parts.tested.isEmpty, parts.tested.isSubset(of: optional), !parts.tested.contains(column)
    else { return nil }
    self.expression = expression
    self.column = column
    dependents = parts.tested
    isBoolean = parts.isBoolean
    constants = parts.constants
  }

  /// The values for which the dependents have a value; nil if that depends on none, or on all others.
  ///
  /// - Parameter known: all values of the column, if they are known.
  func values(of known: [String]?) -> [String]? {
    var required: [String] = []
    var allowed: [String] = []
    for value in known ?? constants {
      switch (holds(value, isFilled: true), holds(value, isFilled: false)) {
      case (false, false): return nil
      case (true, false): required.append(value)
      case (true, true): allowed.append(value)
      case (false, true): break
      }
    }
    // All other values have no name, so that nothing can depend on them.
    guard known != nil || holds(nil, isFilled: false) else { return nil }
    let values = required.isEmpty ? allowed : required
    return values.isEmpty || values.count == known?.count ? nil : values
  }

  /// - Parameter value: the value of the column; nil for one that is equal to no constant.
  private func holds(_ value: String?, isFilled: Bool) -> Bool {
    func holds(_ part: SQLExpression) -> Bool {
      switch part {
      case .column: value == "true"
      case .boolean(let flag): flag
      case .isNull: !isFilled
      case .not(let inner): !holds(inner)
      case .and(let parts): parts.allSatisfy(holds)
      case .or(let parts): parts.contains(where: holds)
      case .any(_, _, .array(let elements)): elements.contains { $0.constant == value }
      case .all(_, _, .array(let elements)): !elements.contains { $0.constant == value }
      case .binary(let sign, let left, let right):
        left.isTest && right.isTest
          ? (holds(left) == holds(right)) == (sign == "=") : (right.constant == value) == (sign == "=")
      default: false
      }
    }
    return holds(expression)
  }

  private struct Parts {
    /// Columns that are compared with constants.
    var columns: Set<String> = []
    /// Columns that are tested for NULL.
    var tested: Set<String> = []
    var constants: [String] = []
    var isBoolean = false

    /// - Returns: false for a part that does not belong to the form.
    mutating func collect(_ part: SQLExpression) -> Bool {
      switch part {
      case .boolean: return true
      case .column(let name):
        isBoolean = true
        return compare(name, ["true"])
      case .isNull(.column(let name)):
        tested.insert(name)
        return true
      case .not(let inner): return collect(inner)
      case .and(let parts), .or(let parts): return parts.allSatisfy { collect($0) }
      case .any("=", .column(let name), .array(let elements)),
        .all("<>", .column(let name), .array(let elements)):
        return compare(name, elements.map(\.constant))
      case .binary("=", let left, let right), .binary("<>", let left, let right):
        if left.isTest, right.isTest { return collect(left) && collect(right) }
        guard case .column(let name) = left else { return false }
        return compare(name, [right.constant])
      default: return false
      }
    }

    private mutating func compare(_ name: String, _ values: [String?]) -> Bool {
      columns.insert(name)
      let found = values.compactMap(\.self)
      constants += found.filter { !constants.contains($0) }
      return found.count == values.count
    }
  }
}
