/// First names.
struct FirstNameGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("person.first", "First names")

  private let names: WordList

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    names = context.locale.data.firstNames.names
  }

  var values: ValueDomain { ValueDomain(size: names.count) }
  var commonValues: Int { names.count }

  func longest(below end: Int) -> Int? { names.longest }

  func append(nth number: Int, to text: inout [UInt8]) { names.append(number, to: &text) }
}

/// Last names.
struct LastNameGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("person.last", "Last names")

  private let names: WordList

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    names = context.locale.data.lastNames.names
  }

  var values: ValueDomain { ValueDomain(size: names.count) }
  var commonValues: Int { names.count }

  func longest(below end: Int) -> Int? { names.longest }

  func append(nth number: Int, to text: inout [UInt8]) { names.append(number, to: &text) }
}

/// Full names in the order of the language. Spanish names have two last names.
struct FullNameGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("person.name", "Full names in the order of the locale's language")

  private let first: WordList
  private let last: WordList
  private let locale: GeneratorLocale
  let commonValues: Int

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    locale = context.locale
    first = context.locale.data.firstNames.names
    last = context.locale.data.lastNames.names
    commonValues = first.count * last.count * (locale == .es ? last.count : 1)
  }

  var values: ValueDomain { ValueDomain(size: commonValues) }

  func longest(below end: Int) -> Int? {
    first.longest + 1 + last.longest + (locale == .es ? 1 + last.longest : 0)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    let given = digits.next(first.count)
    let family = digits.next(last.count)
    if locale == .ja {
      last.append(family, to: &text)
      text.append(ascii: " ")
      first.append(given, to: &text)
      return
    }
    first.append(given, to: &text)
    text.append(ascii: " ")
    last.append(family, to: &text)
    guard locale == .es else { return }
    text.append(ascii: " ")
    last.append(digits.rest, to: &text)
  }
}

/// Names for accounts in tiers: without a number, then with numbers of two digits, then with longer ones.
struct AccountNames: Sendable {
  private let first: WordList
  private let last: WordList
  private let separators: [UInt8]
  /// The accounts without a number.
  let base: Int

  init(_ data: LocaleData, separators: String) {
    // A first name or its first letter. Two names are distinct, because no part contains a separator.
    let names = data.firstNames.latin.strings
    let initials = Set(names.map { String($0.prefix(1)) }).subtracting(names).sorted()
    first = WordList(names + initials)
    last = data.lastNames.latin
    self.separators = Array(separators.utf8)
    base = first.count * last.count * self.separators.count
  }

  /// The sizes of the tiers, if something else has `factor` values for each account.
  func tiers(factor: Int = 1) -> ValueDomain {
    ValueDomain(tiers: [base * factor, base * factor * 90, base * factor * 1_000_000_000])
  }

  /// Appends an account.
  ///
  /// - Parameters:
  ///   - number: the number of the account, below `base`.
  ///   - suffix: the number to append: nil for none.
  func append(_ number: Int, suffix: Int?, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    first.append(digits.next(first.count), to: &text)
    text.append(separators[digits.next(separators.count)])
    last.append(digits.rest, to: &text)
    if let suffix { text.append(decimal: suffix) }
  }

  /// The number of characters of the longest account.
  func longest(suffix: Int?) -> Int {
    first.longest + 1 + last.longest + (suffix.map(Digits.count) ?? 0)
  }

  /// The number to append for a value of ``tiers(factor:)``, and the number without the tier.
  func split(_ number: Int, factor: Int = 1) -> (base: Int, suffix: Int?) {
    let base = base * factor
    guard number >= base else { return (number, nil) }
    // The second tier has the numbers 10 to 99, and the third those from 100 on.
    let (group, rest) = (number - base).quotientAndRemainder(dividingBy: base)
    return (rest, group + 10)
  }
}

/// E-mail addresses of reserved domains.
struct EmailGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "email",
    "E-mail addresses at the reserved domains example.com, example.org and example.net (RFC "
      + "2606). A unique column adds a number once all addresses without one are used")

  private let accounts: AccountNames
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    accounts = AccountNames(context.locale.data, separators: "._")
    values = accounts.tiers(factor: CommonLists.domains.count)
  }

  func longest(below end: Int) -> Int? {
    let suffix =
      end > values.ends[0] ? accounts.split(end - 1, factor: CommonLists.domains.count).suffix : nil
    return accounts.longest(suffix: suffix) + 1 + CommonLists.domains.longest
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    let domains = CommonLists.domains
    let (rest, suffix) = accounts.split(number, factor: domains.count)
    let (account, domain) = rest.quotientAndRemainder(dividingBy: domains.count)
    accounts.append(account, suffix: suffix, to: &text)
    text.append(ascii: "@")
    domains.append(domain, to: &text)
  }
}

/// Names of accounts.
struct UsernameGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "username",
    "Account names in lower-case ASCII. A unique column adds a number once all names are "
      + "used"
  )

  private let accounts: AccountNames
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    accounts = AccountNames(context.locale.data, separators: "._-")
    values = accounts.tiers()
  }

  func longest(below end: Int) -> Int? {
    accounts.longest(suffix: end > values.ends[0] ? accounts.split(end - 1).suffix : nil)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    let (account, suffix) = accounts.split(number)
    accounts.append(account, suffix: suffix, to: &text)
  }
}
