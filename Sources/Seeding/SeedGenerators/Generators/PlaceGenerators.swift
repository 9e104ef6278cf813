/// Cities.
struct CityGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("city", "Cities of the country of the locale")

  private let cities: WordList

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    cities = context.locale.data.cities.names
  }

  var values: ValueDomain { ValueDomain(size: cities.count) }
  var commonValues: Int { cities.count }

  func longest(below end: Int) -> Int? { cities.longest }

  func append(nth number: Int, to text: inout [UInt8]) { cities.append(number, to: &text) }
}

/// States and provinces.
struct RegionGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("region", "States, provinces or prefectures of the country of the locale")

  private let regions: WordList

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    regions = context.locale.data.regions
  }

  var values: ValueDomain { ValueDomain(size: regions.count) }

  func longest(below end: Int) -> Int? { regions.longest }

  func append(nth number: Int, to text: inout [UInt8]) { regions.append(number, to: &text) }
}

/// Countries.
struct CountryGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "country", "Countries: names in the language of the locale, or codes of ISO 3166-1",
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
  static let entry = GeneratorEntry("postcode", "Postal codes in the form of the country of the locale")

  private let code: Postcode
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    code = Postcode(context.locale)
    values = ValueDomain(size: code.count)
  }

  func longest(below end: Int) -> Int? { Postcode.longest }

  func append(nth number: Int, to text: inout [UInt8]) { code.append(number, to: &text) }
}

/// The form of postal codes.
struct Postcode: Sendable {
  private let locale: GeneratorLocale

  init(_ locale: GeneratorLocale) { self.locale = locale }

  /// The number of characters of the longest code.
  static let longest = 8

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

  func append(_ number: Int, to text: inout [UInt8]) {
    guard locale == .ja else { return text.append(digits: UInt(number + 1_000), width: 5) }
    let (front, back) = (number + 100_000).quotientAndRemainder(dividingBy: 10_000)
    text.append(digits: UInt(front), width: 3)
    text.append(ascii: "-")
    text.append(digits: UInt(back), width: 4)
  }
}

/// Streets with house numbers.
struct StreetGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "address.street", "Streets with house numbers, in the order of the country")

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
    "Addresses in one line: street, house number, postal code and city. The parts are independent, so "
      + "the code and the city do not belong together")

  private let address: Address
  private let postcode: Postcode
  private let cities: WordList
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    address = Address(context.locale)
    postcode = Postcode(context.locale)
    cities = context.locale.data.cities.names
    values = ValueDomain(size: address.streets * postcode.count * cities.count)
  }

  func longest(below end: Int) -> Int? {
    // With a comma and spaces, or with the postal mark.
    address.longest + 3 + Postcode.longest + cities.longest
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    let street = digits.next(address.streets)
    let city = digits.next(cities.count)
    switch address.locale {
    case .ja:
      text.append(literal: "〒")
      postcode.append(digits.rest, to: &text)
      text.append(ascii: " ")
      cities.append(city, to: &text)
      address.append(street: street, to: &text)
    case .en:
      address.append(street: street, to: &text)
      text.append(literal: ", ")
      cities.append(city, to: &text)
      text.append(ascii: " ")
      postcode.append(digits.rest, to: &text)
    default:
      address.append(street: street, to: &text)
      text.append(literal: ", ")
      postcode.append(digits.rest, to: &text)
      text.append(ascii: " ")
      cities.append(city, to: &text)
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
