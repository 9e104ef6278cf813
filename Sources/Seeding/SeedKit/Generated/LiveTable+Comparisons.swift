extension LiveTable {
  /// The other columns with which CHECK constraints compare a column.
  func comparisons(of column: String) -> [(sign: String, other: String)] {
    checks.flatMap { check -> [(String, String)] in
      guard check.columns.contains(column), let expression = SQLExpression(check.expression) else {
        return []
      }
      let parts = if case .and(let parts) = expression { parts } else { [expression] }
      return parts.compactMap { part in
        switch part {
        case .binary(let sign, .column(column), .column(let other)): (sign, other)
        case .binary(let sign, .column(let other), .column(column)):
          TableFacts.mirrored[sign].map { ($0, other) }
        default: nil
        }
      }
    }
  }

  /// The columns that a CHECK constraint wants to be larger than a column, or smaller.
  func sortedColumns(_ column: String) -> [(other: String, isSmaller: Bool)] {
    comparisons(of: column).compactMap { sign, other in
      switch sign {
      case "<", "<=": (other, true)
      case ">", ">=": (other, false)
      default: nil
      }
    }
  }
}
