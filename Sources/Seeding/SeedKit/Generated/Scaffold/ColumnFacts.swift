/// What the constraints of a table say about one column.
struct ColumnFacts: Hashable {
  struct Limit: Hashable {
    let text: String
    let isStrict: Bool
  }

  struct Condition: Hashable {
    let column: String
    let values: [String]
  }

  var lower: Limit?
  var upper: Limit?
  /// The only values.
  var values: [String]?
  var excluded: Set<String> = []
  var pattern: RegexPattern.Format?
  var lengths = 0...Int.max
  /// The number of elements of an array.
  var elements = 0...Int.max
  /// What `jsonb_typeof` returns.
  var jsonType: String?
  /// The keys of a JSON object.
  var jsonKeys: [String] = []
  /// The number that divides all values.
  var step = 1
  var isLowerCase = false
  var isUpperCase = false
  /// The column is always NULL, or never.
  var isNull = false
  var isFilled = false
  /// The column with the same value.
  var equalTo: String?
  /// The column is NULL unless another one has one of these values.
  var condition: Condition?
  /// The constraint with several alternatives of which the facts meet one.
  var alternative: String?
}
