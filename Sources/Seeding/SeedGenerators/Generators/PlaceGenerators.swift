/// Cities.
struct CityGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("city", "Cities of the locale's country")

  private let cities: WordList

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    cities = context.locale.data.places.cities
  }

  var values: ValueDomain { ValueDomain(size: cities.count) }
  var commonValues: Int { cities.count }

  func longest(below end: Int) -> Int? { cities.longest }

  func append(nth number: Int, to text: inout [UInt8]) { cities.append(number, to: &text) }
}

/// States and provinces.
struct RegionGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "region", "States, provinces or prefectures of the locale's country", options: [CityColumn.option],
    shortForm: "city")

  private let places: Places
  private let column: CityColumn?

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    places = context.locale.data.places
    column = try CityColumn(options, context)
  }

  var sources: [Int] { column?.sources ?? [] }
  var values: ValueDomain { ValueDomain(size: places.regions.count) }
  var uniqueness: Uniqueness { column == nil ? .domain(values) : .none }
  func longest(below end: Int) -> Int? { places.regions.longest }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    var region = row.random.below(places.regions.count, at: 0)
    switch column?.city(row) {
    case .null: return false
    case .known(let city): region = places.regionOfCity[city]
    default: break
    }
    append(nth: region, to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) { places.regions.append(number, to: &text) }
}

/// Countries.
struct CountryGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "country", "Country names in the locale's language, or country codes (ISO 3166-1)",
    options: [GeneratorOption("format", .oneOf(["name", "iso2", "iso3"]), default: "name", "Name or code")],
    shortForm: "format")

  private let countries: WordList

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    countries =
      switch options.string("format") {
      case "iso2": Countries.iso2
      case "iso3": Countries.iso3
      default: Countries.names(context.locale)
      }
  }

  var values: ValueDomain { ValueDomain(size: countries.count) }

  func longest(below end: Int) -> Int? { countries.longest }

  func append(nth number: Int, to text: inout [UInt8]) { countries.append(number, to: &text) }
}

/// Postal codes.
struct PostcodeGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "postcode", "Postal codes in the format of the locale's country", options: [CityColumn.option],
    shortForm: "city")

  private let code: Postcode
  private let column: CityColumn?
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    code = Postcode(context.locale)
    values = ValueDomain(size: code.count)
    column = try CityColumn(options, context)
  }

  var sources: [Int] { column?.sources ?? [] }
  var uniqueness: Uniqueness { column == nil ? .domain(values) : .none }
  func longest(below end: Int) -> Int? { Postcode.longest }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    switch column?.city(row) {
    case .null: return false
    case .known(let city): code.append(row.random.below(code.countInCity, at: 0), city: city, to: &text)
    default: append(nth: row.random.below(code.count, at: 0), to: &text)
    }
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) { code.append(number, to: &text) }
}

/// The form of postal codes.
struct Postcode: Sendable {
  /// The number of characters of the longest code.
  static let longest = 8

  private let locale: GeneratorLocale
  private let prefixes: WordList

  init(_ locale: GeneratorLocale) {
    self.locale = locale
    prefixes = locale.data.places.prefixes
  }

  /// The number of codes. The first two digits are 01 to 99 in Germany, 01 to 95 in France, 01 to 52 in Spain, and
  /// 01 to 99 in the United States. Japanese codes have seven digits.
  var count: Int {
    switch locale {
    case .en, .de: 99_000
    case .fr: 95_000
    case .es: 52_000
    case .ja: 9_900_000
    }
  }

  /// The number of codes of a city: those with its first digits.
  var countInCity: Int {
    switch locale {
    case .en: 100
    case .de, .fr, .es: 1_000
    case .ja: 10_000
    }
  }

  func append(_ number: Int, to text: inout [UInt8]) {
    guard locale == .ja else { return text.append(digits: UInt(number + 1_000), width: 5) }
    let (front, back) = (number + 100_000).quotientAndRemainder(dividingBy: 10_000)
    text.append(digits: UInt(front), width: 3)
    text.append(ascii: "-")
    text.append(digits: UInt(back), width: 4)
  }

  /// Appends a code of a city. The number is below ``countInCity``.
  func append(_ number: Int, city: Int, to text: inout [UInt8]) {
    prefixes.append(city, to: &text)
    if locale == .ja { text.append(ascii: "-") }
    text.append(digits: UInt(number), width: locale == .en ? 2 : locale == .ja ? 4 : 3)
  }
}

/// Streets with house numbers.
struct StreetGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "address.street", "Streets with house numbers")

  private let address: Address

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    address = Address(context.locale)
  }

  var values: ValueDomain { ValueDomain(size: address.streets) }

  func longest(below end: Int) -> Int? { address.longest }

  func append(nth number: Int, to text: inout [UInt8]) { address.append(street: number, to: &text) }
}

/// Addresses in one line.
struct AddressLineGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "address.line",
    "Addresses in one line: street, house number, postal code and city. The postal code "
      + "matches the city")

  private let address: Address
  private let postcode: Postcode
  private let places: Places
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    address = Address(context.locale)
    postcode = Postcode(context.locale)
    places = context.locale.data.places
    values = ValueDomain(size: address.streets * postcode.countInCity * places.cities.count)
  }

  func longest(below end: Int) -> Int? {
    // With a comma and spaces, the code of a state in the United States, and the prefecture and postal mark in Japan.
    address.longest + 3 + Postcode.longest + places.cities.longest
      + (address.locale == .ja ? places.regions.longest : 4)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    let street = digits.next(address.streets)
    let city = digits.next(places.cities.count)
    switch address.locale {
    case .ja:
      text.append(literal: "〒")
      postcode.append(digits.rest, city: city, to: &text)
      text.append(ascii: " ")
      places.regions.append(places.regionOfCity[city], to: &text)
      places.cities.append(city, to: &text)
      address.append(street: street, to: &text)
    case .en:
      address.append(street: street, to: &text)
      text.append(literal: ", ")
      places.cities.append(city, to: &text)
      text.append(literal: ", ")
      EnglishLists.regionCodes.append(places.regionOfCity[city], to: &text)
      text.append(ascii: " ")
      postcode.append(digits.rest, city: city, to: &text)
    default:
      address.append(street: street, to: &text)
      text.append(literal: ", ")
      postcode.append(digits.rest, city: city, to: &text)
      text.append(ascii: " ")
      places.cities.append(city, to: &text)
    }
  }
}

/// Streets with house numbers.
struct Address: Sendable {
  let locale: GeneratorLocale
  private let names: WordList

  init(_ locale: GeneratorLocale) {
    self.locale = locale
    names = locale.data.streets
  }

  /// House numbers up to 199; in the United States up to 9999; in Japan three numbers such as 3-14-7.
  private var houses: Int {
    switch locale {
    case .en: 9_999
    case .ja: 7 * 25 * 30
    default: 199
    }
  }

  /// The number of characters of the longest street with a comma, a space and four digits, or with 7-25-30.
  var longest: Int { names.longest + (locale == .ja ? 7 : 6) }

  /// The number of streets with house numbers.
  var streets: Int { names.count * houses }

  func append(street number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    let street = digits.next(names.count)
    switch locale {
    case .en, .fr:
      text.append(decimal: digits.rest + 1)
      text.append(ascii: " ")
      names.append(street, to: &text)
    case .de:
      names.append(street, to: &text)
      text.append(ascii: " ")
      text.append(decimal: digits.rest + 1)
    case .es:
      names.append(street, to: &text)
      text.append(literal: ", ")
      text.append(decimal: digits.rest + 1)
    case .ja:
      names.append(street, to: &text)
      text.append(decimal: digits.next(7) + 1)
      text.append(ascii: "-")
      text.append(decimal: digits.next(25) + 1)
      text.append(ascii: "-")
      text.append(decimal: digits.rest + 1)
    }
  }
}
