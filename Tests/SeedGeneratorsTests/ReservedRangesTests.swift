import SeedGenerators
import Testing

@Suite("Addresses and telephone numbers")
struct ReservedRangesTests {
  @Test("of e-mail and the web are in domains for examples", arguments: GeneratorLocale.allCases)
  func domains(locale: GeneratorLocale) throws {
    let hosts = ["example.com", "example.org", "example.net"]
    for isUnique in [false, true] {
      for value in try TestColumn("email", locale, isUnique: isUnique).values(2_000) {
        let parts = value.split(separator: "@")
        #expect(parts.count == 2 && hosts.contains(String(parts[1])), "\(value)")
        let isPlain = parts[0].utf8.allSatisfy { byte in
          (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x5F
        }
        #expect(isPlain, "\(value)")
      }
      for value in try TestColumn("url", locale, isUnique: isUnique).values(500) {
        #expect(hosts.contains { value.hasPrefix("https://www.\($0)/") }, "\(value)")
      }
      for value in try TestColumn("domain", locale, isUnique: isUnique).values(500) {
        #expect(value.hasSuffix(".example"), "\(value)")
      }
    }
  }

  /// The fixed digits and the number of free digits of each range.
  private static let phones: [String: [(String, Int)]] = [
    "US": (2...9).flatMap { first in (0...9).map { ("+1\(first)\($0)", 8) } },
    "GB": [
      ("+442079460", 3), ("+441134960", 3), ("+441144960", 3), ("+441154960", 3), ("+441164960", 3),
      ("+441174960", 3), ("+441184960", 3), ("+441214960", 3), ("+441314960", 3), ("+441414960", 3),
      ("+441514960", 3), ("+441614960", 3), ("+441914980", 3), ("+447700900", 3),
    ],
    "DE": [("+493023125", 3), ("+496990009", 3), ("+494066969", 3), ("+492214710", 3), ("+498999998", 3)],
    "FR": [
      ("+3319900", 4), ("+3326191", 4), ("+3335301", 4), ("+3346571", 4), ("+3353649", 4), ("+3363998", 4),
    ],
  ]

  @Test("of telephones are reserved for fiction", arguments: ["US", "GB", "DE", "FR"])
  func phones(country: String) throws {
    for value in try TestColumn(["phone": ["country": .string(country)]], isUnique: true).values(20_000) {
      let number = value.split(separator: " ").filter { !$0.hasPrefix("x") }.joined().filter { $0 != "-" }
      let isReserved = (Self.phones[country] ?? []).contains { prefix, digits in
        number.hasPrefix(prefix) && number.utf8.count == prefix.utf8.count + digits
      }
      #expect(isReserved, "\(value)")
      if country == "US" { #expect(number.dropFirst(5).hasPrefix("55501"), "\(value)") }
    }
  }

  @Test("of languages are those of their country, or of the United States where a country reserves none")
  func locales() throws {
    for (locale, prefix) in [
      (GeneratorLocale.de, "+49 "), (.fr, "+33 "), (.en, "+1 "), (.es, "+1 "), (.ja, "+1 "),
    ] {
      #expect(try TestColumn("phone", locale).values(100).allSatisfy { $0.hasPrefix(prefix) })
    }
  }

  @Test("of networks are in ranges for documentation and private use")
  func networks() throws {
    let documentation = ["192.0.2.", "198.51.100.", "203.0.113."]
    let addresses = try TestColumn("ip.v4", isUnique: true).values(768)
    #expect(addresses.allSatisfy { address in documentation.contains { address.hasPrefix($0) } })
    #expect(try TestColumn(["ip.v4": "private"]).values(500).allSatisfy { $0.hasPrefix("10.") })
    for isUnique in [false, true] {
      #expect(
        try TestColumn("ip.v6", isUnique: isUnique).values(500).allSatisfy { $0.hasPrefix("2001:db8:") })
      for value in try TestColumn("mac", isUnique: isUnique).values(500) {
        let first = try #require(UInt8(value.prefix(2), radix: 16))
        #expect(first & 3 == 2, "\(value)")
        #expect(value.utf8.count == 17)
      }
    }
  }
}
