extension LiveTable.ForeignKey {
  /// The columns by those that they refer to.
  var ownByTarget: [String: String] {
    Dictionary(zip(targetColumns, columns), uniquingKeysWith: { first, _ in first })
  }
}

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

  /// The columns that a CHECK constraint requires to be larger than a column, or smaller.
  func sortedColumns(_ column: String) -> [(other: String, isSmaller: Bool)] {
    comparisons(of: column).compactMap { sign, other in
      switch sign {
      case "<", "<=": (other, true)
      case ">", ">=": (other, false)
      default: nil
      }
    }
  }

  /// The only column of a reference that another one to the same table does not share.
  ///
  /// - Parameters:
  ///   - link: the columns of the reference, by those that they refer to.
  ///   - other: those of the other one.
  static func distinctColumn(of link: [String: String], besides other: [String: String]) -> String? {
    let distinct = link.filter { other[$0.key] != $0.value }
    return link.count == other.count && distinct.count == 1 ? distinct.first?.value : nil
  }
}
