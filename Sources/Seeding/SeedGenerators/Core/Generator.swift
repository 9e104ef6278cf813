/// Makes the values of a column. Each value is a pure function of the seed, the table, the column, the row number, and
/// the name, version and options of the generator. It is the same on every machine and in any order of rows.
///
/// Therefore generators use only integers and floating-point operations that IEEE 754 defines exactly. They use no
/// functions of libm such as `log` and `sin`, whose last bits differ between systems, no locale or time zone of the
/// machine, no clock, and no order of a `Set` or `Dictionary`.
///
/// A change that alters any value increases the version in ``entry``. A golden test pins the first values.
package protocol Generator: Sendable {
  /// The name, version, summary and options.
  static var entry: GeneratorEntry { get }

  /// What the values are, which decides how they are written in JSON.
  var kind: ValueKind { get }

  /// The columns whose values this generator reads, as positions in ``GeneratorContext/columns``. Those columns must
  /// be generated first.
  var sources: [Int] { get }

  /// What the generator expects of a column that it reads; nil if it can read the value.
  func expectation(of value: [UInt8], from source: Int) -> String?

  /// How the generator makes the values of a unique column.
  var uniqueness: Uniqueness { get }

  /// The number of characters of the longest value; nil if it is not known.
  ///
  /// - Parameter end: only values of ``uniqueness`` with smaller numbers are used. Generators without numbered values
  ///   ignore it.
  func longest(below end: Int) -> Int?

  /// Appends the value of a row in PostgreSQL's text format, in UTF-8 and without escapes of COPY.
  ///
  /// - Returns: false for NULL. Nothing is appended then.
  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool

  /// Appends the value with a number in the domain of ``uniqueness``.
  func append(nth number: Int, to text: inout [UInt8])
}

/// A generator of the catalog, which is created from options.
package protocol CatalogGenerator: Generator {
  /// Creates a generator.
  ///
  /// - Throws: ``GeneratorFault`` if the options contradict each other. Names and types of the options are checked
  ///   beforehand.
  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault)
}

extension Generator {
  package var kind: ValueKind { Self.entry.kind }
  package var sources: [Int] { [] }
  package func expectation(of value: [UInt8], from source: Int) -> String? { nil }
  package var uniqueness: Uniqueness { .none }
  package func longest(below end: Int) -> Int? { nil }
  package func append(nth number: Int, to text: inout [UInt8]) {
    // A programming error: only generators whose uniqueness is a domain are asked, and those implement this.
    preconditionFailure("The generator \(Self.entry.name) has no domain.")
  }
}

/// How a generator makes the values of a unique column.
package enum Uniqueness: Sendable, Equatable {
  /// It cannot.
  case none
  /// The values of the first rows, up to a limit, are distinct anyway.
  case rows(limit: Int)
  /// It numbers its distinct values.
  case domain(ValueDomain)

  /// The domain, if there is one.
  package var domain: ValueDomain? {
    if case .domain(let domain) = self { domain } else { nil }
  }
}

/// A generator that makes random values from its numbered values.
protocol NumberedGenerator: CatalogGenerator {
  /// The numbered values.
  var values: ValueDomain { get }
  /// The number of values for columns that are not unique: those of the first tiers.
  var commonValues: Int { get }
}

extension NumberedGenerator {
  package var uniqueness: Uniqueness { .domain(values) }
  var commonValues: Int { values.ends.first ?? 0 }

  package func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    append(nth: row.random.below(commonValues, at: 0), to: &text)
    return true
  }
}

/// Takes a number apart into digits of different bases.
struct MixedRadix {
  private(set) var rest: Int

  init(_ number: Int) { rest = number }

  /// The next digit, below a base.
  mutating func next(_ base: Int) -> Int {
    let (quotient, digit) = rest.quotientAndRemainder(dividingBy: base)
    rest = quotient
    return digit
  }
}

/// How a value is written in JSON.
package enum ValueKind: Sendable, Equatable {
  /// As a string.
  case text
  /// As a number: the text is a valid JSON number.
  case number
  /// As `true` or `false`.
  case boolean
  /// As it is: the text is JSON.
  case json
}

/// A row for which a generator makes a value.
package struct GeneratedRow {
  /// The number of the row, from 0.
  package let row: Int
  /// The key of the column: the same for all rows.
  package let columnKey: UInt64
  /// The random numbers of this value.
  package let random: CounterRandom
  /// The values of other columns of the row, for generators with ``Generator/sources``.
  package let others: RowValues?

  /// Creates a row.
  @inline(__always)
  package init(row: Int, columnKey: UInt64, random: CounterRandom, others: RowValues? = nil) {
    self.row = row
    self.columnKey = columnKey
    self.random = random
    self.others = others
  }

  /// The row for a part of the value, such as an element of an array, with random numbers of its own.
  package func part(_ number: UInt64) -> GeneratedRow {
    GeneratedRow(
      row: row, columnKey: CounterRandom.mix(columnKey &+ number &+ 1), random: random.part(number),
      others: others)
  }
}

/// Values of columns of one row. The engine fills it with the columns that other columns read, in the order of
/// ``GeneratorContext/columns``. Use one per worker.
package final class RowValues {
  private var bytes: [UInt8] = []
  private var ranges: [Range<Int>?]

  /// Creates a row of NULLs.
  package init(columns: Int) {
    ranges = Array(repeating: nil, count: columns)
  }

  /// Sets all columns to NULL.
  package func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    for index in ranges.indices { ranges[index] = nil }
  }

  /// Sets the value of a column, in PostgreSQL's text format.
  package func set(_ column: Int, to value: UnsafeBufferPointer<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: value)
    ranges[column] = start..<bytes.count
  }

  /// Sets the value of a column, in PostgreSQL's text format.
  package func set(_ column: Int, to value: [UInt8]) {
    value.withUnsafeBufferPointer { set(column, to: $0) }
  }

  /// Passes the value of a column to a closure; nil for NULL.
  package func withValue<R>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
    guard let range = ranges[column] else { return body(nil) }
    return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }
}

/// What generators need to know about their table.
package struct GeneratorContext: Sendable {
  /// The language of names, places and texts.
  package var locale: GeneratorLocale
  /// The names of the columns that templates and `after` can read.
  package var columns: [String]
  /// The type of the column, as PostgreSQL names it: `int4`, `timestamptz`. The generator `between` needs it.
  package var type: String?
  /// The number of digits after the point of a `numeric` column.
  package var scale: Int?
  /// Generators in addition to those of the catalog. They come first, so they can replace one.
  package var factories: [GeneratorFactory] = []
  /// Whether the value is a part of a JSON document.
  var isInsideJSON = false

  /// Creates a context.
  package init(locale: GeneratorLocale = .en, columns: [String] = [], type: String? = nil) {
    self.locale = locale
    self.columns = columns
    self.type = type
  }
}

/// An error in the definition of a generator.
package struct GeneratorFault: Error, Equatable {
  /// The keys and positions that lead to the wrong value: `["pick", "free"]`.
  package let path: [String]
  /// The problem: `expected a number from 0 to 1, found "x"`.
  package let problem: String

  /// Creates an error.
  package init(path: [String] = [], _ problem: String) {
    self.path = path
    self.problem = problem
  }

  func inside(_ step: String) -> GeneratorFault { GeneratorFault(path: [step] + path, problem) }
}
