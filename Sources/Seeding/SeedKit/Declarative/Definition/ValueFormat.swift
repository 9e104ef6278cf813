/// How numbers, dates and bytes are written as strings. Parts that are nil follow PostgreSQL.
struct ValueFormat: Sendable, Hashable {
  /// The separator before the decimals.
  var decimal: UInt8?
  /// The separator between groups of three digits, in UTF-8.
  var thousands: [UInt8]?
  var dates: DatePattern?
  /// Whether `dates` of the definition leaves the values as they are.
  var keepsDates = false
  var bytes: BytesFormat?

  /// Whether it says how numbers are written.
  var hasNumbers: Bool { decimal != nil || thousands != nil }

  /// The same with the parts that another one has.
  func overridden(by other: ValueFormat) -> ValueFormat {
    var result = self
    if other.hasNumbers { (result.decimal, result.thousands) = (other.decimal, other.thousands) }
    if let dates = other.dates { result.dates = dates }
    result.keepsDates = keepsDates || other.keepsDates
    if let bytes = other.bytes { result.bytes = bytes }
    return result
  }
}
