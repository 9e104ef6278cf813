import SeedGenerators

/// Values that the caller of a factory decides, or that belong to rows which the factory has made.
struct GivenValues: Generator {
  static var entry: GeneratorEntry { GeneratorEntry("given", "Values that the caller decides") }

  enum Values: Sendable {
    /// The same value in all rows; nil for NULL.
    case same([UInt8]?)
    /// A value for each row, by the row's number.
    case each([Int: [UInt8]])
  }

  let values: Values
  /// Whether no two rows of the call have the same value.
  let areDistinct: Bool

  // No limit: earlier calls have used other values.
  var uniqueness: Uniqueness { areDistinct ? .rows(limit: .max) : .none }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let value: [UInt8]? =
      switch values {
      case .same(let value): value
      case .each(let values): values[row.row]
      }
    guard let value else { return false }
    text += value
    return true
  }
}
