/// Names of companies.
struct CompanyGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "company", "Company names: a last name with a legal form or a trade, sometimes two last names")

  private let names: WordList
  private let forms: [WordPattern]
  private let joint: StaticString
  private let single: Int
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    names = context.locale.data.lastNames.names
    forms = context.locale.data.companies
    joint =
      switch context.locale {
      case .en, .de: " & "
      case .fr: " et "
      case .es: " y "
      case .ja: "・"
      }
    single = names.count * forms.count
    values = ValueDomain(tiers: [single, single * (names.count - 1)])
  }

  /// Every second name, if it need not be unique, could have two parts. A tenth is enough.
  var commonValues: Int { single + single / 10 }

  func longest(below end: Int) -> Int? {
    let form = forms.map { $0.length }.max() ?? 0
    return form + names.longest + (end > single ? 3 + names.longest + 1 : 0)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number < single ? number : number - single)
    let name = digits.next(names.count)
    let form = digits.next(forms.count)
    forms[form].append(to: &text) { _, text in
      names.append(name, to: &text)
      guard number >= single else { return }
      text.append(literal: joint)
      // Another name than the first one.
      names.append((name + 1 + digits.rest) % names.count, to: &text)
    }
  }
}

/// Names of products.
struct ProductGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "product",
    "Product names: a thing and a series. A unique column adds a number once all names are "
      + "used")

  private let things: WordList
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    things = context.locale.data.products
    let base = things.count * CommonLists.series.count
    values = ValueDomain(tiers: [base, base * 1_000_000_000])
  }

  func longest(below end: Int) -> Int? {
    things.longest + 1 + CommonLists.series.longest
      + (end > values.ends[0] ? 1 + Digits.count(end / values.ends[0] + 1) : 0)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    things.append(digits.next(things.count), to: &text)
    text.append(ascii: " ")
    CommonLists.series.append(digits.next(CommonLists.series.count), to: &text)
    guard digits.rest > 0 else { return }
    text.append(ascii: " ")
    text.append(decimal: digits.rest + 1)
  }
}

/// Colors.
struct ColorGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "color", "Color names in the locale's language, or hexadecimal colors",
    options: [GeneratorOption("format", .oneOf(["name", "hex"]), default: "name", "Name or `#1a2b3c`")],
    shortForm: "format")

  private let names: WordList?
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    names = options.string("format") == "hex" ? nil : context.locale.data.colors
    values = ValueDomain(size: names?.count ?? 1 << 24)
  }

  func longest(below end: Int) -> Int? { names?.longest ?? 7 }

  func append(nth number: Int, to text: inout [UInt8]) {
    if let names { return names.append(number, to: &text) }
    text.append(ascii: "#")
    text.append(hex: UInt64(number), digits: 6)
  }
}

/// Currencies.
struct CurrencyGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("currency", "Currency codes (ISO 4217)")

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {}

  var values: ValueDomain { ValueDomain(size: CommonLists.currencies.count) }

  func longest(below end: Int) -> Int? { 3 }

  func append(nth number: Int, to text: inout [UInt8]) { CommonLists.currencies.append(number, to: &text) }
}
