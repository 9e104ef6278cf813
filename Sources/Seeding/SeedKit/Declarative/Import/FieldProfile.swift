/// What all values of a field of a data file have in common.
struct FieldProfile {
  /// Types that read all values so far as they are.
  struct Kinds: OptionSet {
    let rawValue: UInt16

    static let boolean = Kinds(rawValue: 1)
    static let integer = Kinds(rawValue: 2)
    static let bigint = Kinds(rawValue: 4)
    static let number = Kinds(rawValue: 8)
    static let date = Kinds(rawValue: 16)
    static let timestamp = Kinds(rawValue: 32)
    static let timestampWithZone = Kinds(rawValue: 64)
    static let uuid = Kinds(rawValue: 128)
    static let structure = Kinds(rawValue: 256)
    /// Bytes as base64, and as hexadecimal digits without `\x`. Many words are, too.
    static let base64 = Kinds(rawValue: 512)
    static let hexadecimal = Kinds(rawValue: 1024)

    static let numbers: Kinds = [.integer, .bigint, .number]
    static let all = Kinds(rawValue: 2047)
  }

  /// The name, or the path of a field inside of others.
  let name: String
  /// Whether it is inside another field.
  let isNested: Bool
  /// The number of values other than null.
  private(set) var count = 0
  /// The number of records in which it is null.
  private(set) var nulls = 0
  private(set) var kinds = Kinds.all
  /// Whether a value is an array or an object.
  private(set) var hasStructure = false
  /// The values that may stand for NULL, with their numbers. They count neither as values nor as null.
  private(set) var nullTexts: [String: Int] = [:]
  private var numbers = NumberGuess.all
  private var dates = DateGuess.all

  init(name: String, isNested: Bool = false) {
    self.name = name
    self.isNested = isNested
  }

  /// Texts that often stand for NULL.
  static let commonNulls = [
    "NULL", "null", "\\N", "(null)", "NA", "N/A", "n/a", "#N/A", "None", "NaN", "nan", "-",
  ]
  private static let commonNullBytes = commonNulls.map { Array($0.utf8) }
  /// Texts that stand for NULL even in columns of texts.
  static let certainNulls: Set<String> = ["NULL", "\\N", "(null)"]

  /// Adds a null value.
  mutating func addNull() { nulls += 1 }

  /// Adds a text without type: a field of CSV, or a scalar of YAML.
  mutating func add(text: ArraySlice<UInt8>, isQuoted: Bool = false) {
    if !isQuoted, text.count <= 6, let index = Self.commonNullBytes.firstIndex(where: text.elementsEqual) {
      nullTexts[Self.commonNulls[index], default: 0] += 1
      return
    }
    count += 1
    narrow(text, to: .all)
  }

  /// Adds a value of JSON. With `isText`, scalars have no type.
  mutating func add(_ node: JSONNode, isText: Bool) {
    switch node.value {
    case .null: nulls += 1
    case .array, .object:
      count += 1
      hasStructure = true
      kinds.formIntersection(.structure)
      (numbers, dates) = (0, 0)
    case .bool(let flag):
      guard !isText else { return add(text: Array((flag ? "true" : "false").utf8)[...]) }
      count += 1
      kinds.formIntersection(.boolean)
      (numbers, dates) = (0, 0)
    case .number(let literal):
      guard !isText else { return add(text: Array(literal.utf8)[...]) }
      count += 1
      // JSON's own format of numbers does not depend on that of strings.
      let others = numbers
      narrow(Array(literal.utf8)[...], to: .numbers)
      (numbers, dates) = (others, 0)
    case .string(let string):
      let text = Array(string.utf8)[...]
      guard !isText else { return add(text: text) }
      if text.count <= 6, Self.commonNulls.contains(string) {
        nullTexts[string, default: 0] += 1
        return
      }
      count += 1
      narrow(text, to: Kinds.all.subtracting(.numbers).subtracting(.boolean))
    }
  }

  private mutating func narrow(_ text: ArraySlice<UInt8>, to allowed: Kinds) {
    guard !kinds.isEmpty || numbers != 0 || dates != 0 else { return }
    kinds.formIntersection(allowed.subtracting(.structure))
    if !kinds.isEmpty { kinds.formIntersection(PlainValue.kinds(of: text).union(PlainValue.bytes(of: text))) }
    if numbers != 0 { numbers = NumberGuess.fitting(text, among: numbers) }
    if dates != 0 { dates = DateGuess.fitting(text, among: dates) }
  }

  /// Counts the texts that stand for NULL as such, and the others as values.
  mutating func decide(nulls chosen: Set<String>) {
    for (text, number) in nullTexts {
      if chosen.contains(text) {
        nulls += number
      } else {
        count += number
        kinds = []
        (numbers, dates) = (0, 0)
      }
    }
    nullTexts = [:]
  }

  /// Whether PostgreSQL's numbers read all values.
  var isNumber: Bool { count > 0 && kinds.contains(.number) }
  /// Whether its dates and timestamps do.
  var isMoment: Bool {
    count > 0 && !kinds.isDisjoint(with: [.date, .timestamp, .timestampWithZone])
  }

  /// The format of numbers that reads all values, if PostgreSQL does not.
  var numberFormat: NumberGuess? {
    count == 0 || kinds.contains(.number) ? nil : NumberGuess.likely(numbers)
  }

  /// Whether numbers in a format are read, also if PostgreSQL reads them.
  func fits(_ format: NumberGuess) -> Bool { numbers & format.bit != 0 }

  /// The pattern of dates that reads all values, if PostgreSQL does not.
  var dateFormat: DateGuess? { count == 0 || isMoment ? nil : DateGuess(dates) }

  /// How all values are bytes, if a column has them; nil if PostgreSQL reads them or nothing does.
  var bytesFormat: String? {
    guard count > 0 else { return nil }
    return kinds.contains(.hexadecimal) ? "hex" : kinds.contains(.base64) ? "base64" : nil
  }

  /// The narrowest type of a column that stores all values, as SQL.
  var columnType: String {
    if hasStructure { return "jsonb" }
    guard count > 0 else { return "text" }
    if kinds.contains(.boolean) { return "boolean" }
    if kinds.contains(.integer) { return "integer" }
    if kinds.contains(.bigint) { return "bigint" }
    if kinds.contains(.number) || numberFormat != nil { return "numeric" }
    if kinds.contains(.date) { return "date" }
    if kinds.contains(.timestamp) { return "timestamp" }
    if kinds.contains(.timestampWithZone) { return "timestamptz" }
    if let dateFormat { return dateFormat.hasTime ? "timestamp" : "date" }
    return kinds.contains(.uuid) ? "uuid" : "text"
  }
}
