import Testing

@testable import SeedGenerators

@Suite("Places")
struct PlaceTests {
  @Test(
    "have a region and postal codes that belong to the city in another column",
    arguments: GeneratorLocale.allCases)
  func city(locale: GeneratorLocale) throws {
    let postcode = try TestColumn(["postcode": "city"], locale)
    let region = try TestColumn(["region": ["city": "city"]], locale)
    let places = locale.data.places
    for (index, city) in places.cities.strings.enumerated() {
      postcode.set("city", city)
      region.set("city", city)
      let codes = Set(postcode.values(20))
      #expect(codes.allSatisfy { $0.hasPrefix(places.prefixes.strings[index]) }, "\(city)")
      #expect(codes.count > 10)
      #expect(region.value(0) == places.regions.strings[places.regionOfCity[index]], "\(city)")
      #expect(codes.allSatisfy { $0.utf8.count == (locale == .ja ? 8 : 5) })
    }
    for column in [postcode, region] {
      column.set("city", "Atlantis")
      #expect(column.value(0) != nil)
      column.removeOthers()
      #expect(column.value(0) == nil)
    }
    #expect(throws: GeneratorFault.self) { try TestColumn(["region": "town"], locale) }
  }

  @Test("have known regions and codes")
  func known() throws {
    for (locale, city, region, code) in [
      (GeneratorLocale.en, "Boston", "Massachusetts", "021"), (.en, "Kansas City", "Missouri", "641"),
      (.de, "Ulm", "Baden-Württemberg", "89"), (.de, "Dresden", "Sachsen", "01"), (.fr, "Nice", "", "06"),
      (.fr, "Lyon", "Auvergne-Rhône-Alpes", "69"), (.es, "Bilbao", "País Vasco", "48"),
      (.ja, "札幌市", "北海道", "060"), (.ja, "町田市", "東京都", "194"), (.ja, "那覇市", "沖縄県", "900"),
    ] {
      let column = try TestColumn(["region": "city"], locale)
      column.set("city", city)
      if !region.isEmpty { #expect(column.value(0) == region) }
      let codes = try TestColumn(["postcode": "city"], locale)
      codes.set("city", city)
      #expect(codes.value(3)?.hasPrefix(code) == true)
    }
    #expect(EnglishLists.regionCodes.count == LocaleData.en.places.regions.count)
  }

  @Test("and lists of names have enough entries without duplicates", arguments: GeneratorLocale.allCases)
  func lists(locale: GeneratorLocale) {
    let data = locale.data
    for (list, least) in [
      (data.firstNames.names, 100), (data.lastNames.names, 150), (data.places.cities, 80), (data.streets, 60),
      (data.words.names, 200), (data.places.regions, 13), (data.products, 40), (data.colors, 15),
      (data.firstNames.latin, 100), (data.lastNames.latin, 140), (data.words.latin, 190),
      (Countries.names(locale), 80), (Countries.iso2, 80), (Countries.iso3, 80), (CommonLists.currencies, 50),
    ] {
      #expect(list.count >= least)
      #expect(Set(list.strings).count == list.count)
      #expect(list.strings.allSatisfy { !$0.isEmpty && $0.first != " " && $0.last != " " })
    }
    for list in [data.firstNames.latin, data.lastNames.latin, data.words.latin] {
      #expect(list.strings.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } })
    }
  }
}
