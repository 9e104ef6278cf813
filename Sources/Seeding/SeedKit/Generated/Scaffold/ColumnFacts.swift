/// What the constraints of a table say about one column.
struct ColumnFacts: Hashable {
  struct Limit: Hashable {
    let text: String
    let isStrict: Bool

    /// The limit plus a number, as SQL.
    func moved(by number: Int) -> String { Int(text).map { "\($0 + number)" } ?? "\(text) + \(number)" }
  }

  struct Condition: Hashable {
    let column: String
    let values: [String]
  }

  /// A comparison with an expression over other columns.
  struct Computed: Hashable {
    let sign: String
    let expression: SQLExpression
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
  /// The only values of these elements.
  var elementValues: [String]?
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
  /// The server computes the column from others, so that the comparison is true.
  var computed: Computed?
  /// The constraint with several alternatives of which the facts meet one.
  var alternative: String?
}
