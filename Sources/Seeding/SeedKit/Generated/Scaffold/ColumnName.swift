import SeedGenerators

/// The words of a column's name: `billing_postalCode` is `billing postal code`.
struct ColumnName {
  let words: [String]

  init(_ name: String) {
    var words: [String] = []
    var word = ""
    var previous: Character = " "
    for character in name {
      guard character.isLetter || character.isNumber else {
        if !word.isEmpty { words.append(word) }
        word = ""
        previous = " "
        continue
      }
      if character.isUppercase, previous.isLowercase, !word.isEmpty {
        words.append(word)
        word = ""
      }
      word.append(contentsOf: character.lowercased())
      previous = character
    }
    if !word.isEmpty { words.append(word) }
    self.words = words
  }

  /// The probability of NULL of a time that only some rows have, such as `deleted_at`; nil for other names.
  var emptyShare: String? {
    if words.contains(
      where: ["deleted", "archived", "canceled", "cancelled", "banned", "revoked", "died"].contains)
    {
      return "0.9"
    }
    let ends = [
      "closed", "ended", "finished", "completed", "resolved", "released", "returned", "expired", "left",
      "terminated",
      "discharged", "refunded", "cleared", "removed", "retired",
    ]
    return words.contains(where: ends.contains) ? "0.5" : nil
  }

  /// Whether one of these words, or sequences of words such as `first name`, occurs.
  func has(_ names: String...) -> Bool { has(any: names) }

  func has(any names: [String]) -> Bool {
    let text = " \(words.joined(separator: " ")) "
    let joined = words.joined()
    return names.contains { text.contains(" \($0) ") || joined == $0.filter { $0 != " " } }
  }

  /// Whether the last word, or the last but a number, is one of these.
  func ends(in names: String...) -> Bool {
    let last = words.last { Int($0) == nil } ?? ""
    return names.contains(last)
  }

  /// The words without a plural.
  var singular: [String] {
    words.map { word in
      if word.hasSuffix("ies"), word.count > 4 { return word.dropLast(3) + "y" }
      if word.hasSuffix("ss") || word.hasSuffix("us") || word.hasSuffix("is") { return word }
      for end in ["sses", "shes", "ches", "xes"] where word.hasSuffix(end) { return String(word.dropLast(2)) }
      return word.hasSuffix("s") && word.count > 2 ? String(word.dropLast()) : word
    }
  }
}

/// Generators for texts, guessed from names.
enum TextGuess {
  static let people = [
    "user", "customer", "employee", "person", "people", "actor", "staff", "author", "contact", "member",
    "student",
    "patient", "teacher", "doctor", "client", "agent", "driver", "instructor", "director", "passenger",
    "guest",
  ]
  private static let companies = [
    "company", "supplier", "organization", "organisation", "tenant", "vendor", "shipper", "workspace",
    "account",
    "store", "publisher", "shop", "hotel", "airline", "manufacturer", "brand", "bank", "school", "restaurant",
  ]
  static let things = ["product", "item", "article", "good", "goods", "part", "device", "asset"]

  /// - Parameters:
  ///   - name: the column.
  ///   - table: the table.
  ///   - others: the other columns.
  ///   - length: the n of `varchar(n)`.
  /// - Returns: nil if the name says nothing.
  static func generator(
    _ name: ColumnName, table: ColumnName, others: [ColumnName], length: Int?
  ) -> GeneratorValue? {
    person(name, table) ?? place(name, others, length) ?? internet(name) ?? business(name, table, length)
      ?? prose(name, table, length)
  }

  private static func person(_ name: ColumnName, _ table: ColumnName) -> GeneratorValue? {
    let isPerson = table.singular.contains(where: people.contains)
    if name.has("email", "e mail", "mail") || name.words.contains(where: { $0.hasPrefix("email") }) {
      return "email"
    }
    if name.has("username", "user name", "login", "handle", "nick", "nickname", "screen name") {
      return "username"
    }
    if name.has("first name", "firstname", "given name", "forename", "fname")
      || (isPerson && name.has("first"))
    {
      return "person.first"
    }
    if name.has("last name", "lastname", "surname", "family name", "lname") || (isPerson && name.has("last"))
    {
      return "person.last"
    }
    if name.has("middle name", "middle initial") { return "person.first" }
    if name.has("company name", "organization name") { return "company" }
    if name.has(
      "full name", "fullname", "contact name", "display name", "author", "composer", "ship name", "real name",
      "customer name", "recipient", "assignee", "reporter")
    {
      return "person.name"
    }
    if name.has("phone", "mobile", "fax", "tel", "telephone", "cell", "cellphone") || name.ends(in: "phone") {
      return "phone"
    }
    if name.has("gender", "sex") { return ["pick": ["female": 49, "male": 49, "other": 2]] }
    if isPerson, name.has("job title", "title", "position", "role", "occupation", "contact title") {
      return [
        "pick": [
          "Accountant", "Analyst", "Assistant", "Designer", "Director", "Engineer", "Manager", "Owner",
        ]
      ]
    }
    if isPerson, name.words == ["name"] { return "person.name" }
    return nil
  }

  private static func place(_ name: ColumnName, _ others: [ColumnName], _ length: Int?) -> GeneratorValue? {
    if name.has("city", "town", "municipality") { return "city" }
    if name.has("zip", "zipcode", "postcode", "postal", "postal code", "zip code", "plz") {
      return "postcode"
    }
    if name.has("country", "nationality") {
      if name.has("code", "iso") || length == 2 { return ["country": length == 3 ? "iso3" : "iso2"] }
      return "country"
    }
    let isAddress = others.contains { $0.has("city", "zip", "postcode", "postal code", "country") }
    if name.has("region", "province", "county", "district", "state province")
      || (isAddress && name.has("state"))
    {
      return "region"
    }
    if name.has("ip", "ip address", "ipaddress", "remote addr") { return "ip.v4" }
    if name.has("mac address", "mac") { return "mac" }
    if name.has("street", "address1", "address line", "line1", "addr") { return "address.street" }
    if name.has("address") || name.ends(in: "address") {
      return isAddress ? "address.street" : "address.line"
    }
    return nil
  }

  private static func internet(_ name: ColumnName) -> GeneratorValue? {
    if name.has("slug", "permalink") { return "slug" }
    if name.has(
      "url", "link", "website", "homepage", "home page", "site", "uri", "href", "avatar", "image", "photo",
      "picture",
      "thumbnail", "logo", "webhook") || name.words.last?.hasSuffix("url") == true
    {
      return "url"
    }
    if name.has("domain", "host", "hostname", "subdomain", "server") { return "domain" }
    if name.has("user agent", "useragent", "browser") { return "user_agent" }
    if name.has("file", "filename", "file name", "path", "attachment") { return "filename" }
    if name.has("mime", "mime type", "content type", "media type") {
      return ["pick": ["image/jpeg", "image/png", "application/pdf", "text/plain"]]
    }
    if name.has("locale", "lang", "language") { return ["pick": ["en", "de", "fr", "es", "ja"]] }
    if name.has("timezone", "time zone", "tz") { return ["pick": ["UTC", "Europe/Berlin", "Asia/Tokyo"]] }
    if name.has("uuid", "guid") { return "uuid.v4" }
    if name.has("password", "hash", "digest", "checksum", "token", "secret", "salt", "api key", "fingerprint")
      || name.words.contains(where: { $0.hasPrefix("password") || $0.hasPrefix("passwd") })
    {
      return ["pattern": "?#??#?#?##??", "case": "lower"]
    }
    return nil
  }

  private static func business(_ name: ColumnName, _ table: ColumnName, _ length: Int?) -> GeneratorValue? {
    if name.has(
      "company", "organization", "organisation", "employer", "vendor", "supplier", "manufacturer", "brand",
      "publisher", "tenant", "label")
    {
      return "company"
    }
    if name.has("product", "product name", "item name") { return "product" }
    if name.has("color", "colour") { return "color" }
    if name.has("currency", "currency code") { return "currency" }
    if name.has("status", "state") { return ["pick": ["active": 6, "pending": 3, "closed": 1]] }
    if name.has("priority", "severity") { return ["pick": ["low": 3, "normal": 5, "high": 2]] }
    if name.has("version") { return ["pattern": "#.#.#"] }
    if name.has("isbn", "ean", "barcode", "upc") { return ["pattern": "#############"] }
    if name.has(
      "sku", "code", "number", "no", "num", "ref", "reference", "serial", "identifier", "key", "external id")
    {
      return pattern(name, length: length)
    }
    if name.words == ["name"] || name.ends(in: "name") {
      let owner = name.words.count > 1 ? ColumnName(name.words.dropLast().joined(separator: "_")) : table
      let words = owner.singular
      if words.contains(where: companies.contains) { return "company" }
      if words.contains(where: things.contains) { return "product" }
      if words.contains(where: people.contains), words != ["user", "group"] { return "person.name" }
      return ["words": [1, 2]]
    }
    return nil
  }

  private static func prose(_ name: ColumnName, _ table: ColumnName, _ length: Int?) -> GeneratorValue? {
    if name.has("subject", "headline", "tagline", "caption", "question") { return "sentence" }
    if name.has("title") { return ["words": [2, 5]] }
    if name.has("body", "content", "article", "markdown", "readme"), length == nil { return "markdown" }
    if name.has(
      "description", "summary", "bio", "biography", "about", "notes", "note", "comment", "comments", "body",
      "content",
      "message", "text", "details", "remarks", "excerpt", "abstract", "reason", "instructions", "answer",
      "review")
    {
      return length.map { $0 < 200 } == true ? "sentence" : ["paragraph": [1, 3]]
    }
    if name.has("type", "kind", "category", "tag", "genre", "group") { return "word" }
    return nil
  }

  /// `CUST-######` for `customer_code`, as long as the column allows.
  static func pattern(_ name: ColumnName, length: Int?) -> GeneratorValue {
    guard let length, length < 12 else {
      let prefix = name.words.first.map { $0.prefix(3).filter(\.isASCII).uppercased() } ?? "X"
      return ["pattern": .string("\(prefix)-######")]
    }
    if length < 4 { return ["pattern": .string(String(repeating: "?", count: length))] }
    return ["pattern": .string("??" + String(repeating: "#", count: min(length - 2, 6)))]
  }
}
