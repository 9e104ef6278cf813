/// Converts names to ASCII, for addresses and identifiers.
enum Latin {
  /// The text in ASCII. Letters with accents lose them, Japanese names and words of our lists are romanized, and other
  /// characters are omitted.
  static func transliterate(_ text: String, _ locale: GeneratorLocale) -> String {
    if locale == .ja {
      return text.split(separator: " ").map { word in
        JapaneseLists.romanized[String(word)] ?? fold(word, locale)
      }.joined(separator: " ")
    }
    return fold(text[...], locale)
  }

  /// The text in lower case, with hyphens between the words: `sao-paulo`.
  static func slug(_ text: String, _ locale: GeneratorLocale) -> String {
    var slug = ""
    for scalar in transliterate(text, locale).unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": slug.unicodeScalars.append(scalar)
      case "A"..."Z": slug.append(String(scalar).lowercased())
      case "'": break
      default: if !slug.isEmpty && slug.last != "-" { slug.append("-") }
      }
    }
    if slug.last == "-" { slug.removeLast() }
    return slug
  }

  /// The letters and digits of the text in lower case.
  static func letters(_ text: String, _ locale: GeneratorLocale) -> String {
    slug(text, locale).filter { $0 != "-" }
  }

  private static func fold(_ text: Substring, _ locale: GeneratorLocale) -> String {
    var folded = ""
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        folded.unicodeScalars.append(scalar)
      } else if locale == .de, let letters = german[scalar] {
        folded += letters
      } else if let letters = accents[scalar] {
        folded += letters
      } else if scalar == "’" {
        folded += "'"
      }
    }
    return folded
  }

  private static let german: [Unicode.Scalar: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue",
  ]

  private static let accents: [Unicode.Scalar: String] = {
    let groups: [(String, String)] = [
      ("a", "àáâãäåāăą"), ("A", "ÀÁÂÃÄÅĀĂĄ"), ("c", "çćĉċč"), ("C", "ÇĆĈĊČ"), ("d", "ďđð"), ("D", "ĎĐÐ"),
      ("e", "èéêëēĕėęě"), ("E", "ÈÉÊËĒĔĖĘĚ"), ("g", "ĝğġģ"), ("G", "ĜĞĠĢ"), ("i", "ìíîïĩīĭįı"),
      ("I", "ÌÍÎÏĨĪĬĮİ"),
      ("l", "ĺļľł"), ("L", "ĹĻĽŁ"), ("n", "ñńņň"), ("N", "ÑŃŅŇ"), ("o", "òóôõöøōŏő"), ("O", "ÒÓÔÕÖØŌŎŐ"),
      ("r", "ŕŗř"), ("R", "ŔŖŘ"), ("s", "śŝşš"), ("S", "ŚŜŞŠ"), ("t", "ţťŧ"), ("T", "ŢŤŦ"),
      ("u", "ùúûüũūŭůűų"),
      ("U", "ÙÚÛÜŨŪŬŮŰŲ"), ("y", "ýÿŷ"), ("Y", "ÝŶŸ"), ("z", "źżž"), ("Z", "ŹŻŽ"), ("ae", "æ"), ("AE", "Æ"),
      ("oe", "œ"), ("OE", "Œ"), ("ss", "ß"), ("th", "þ"), ("Th", "Þ"),
    ]
    var accents: [Unicode.Scalar: String] = [:]
    for (letters, scalars) in groups {
      for scalar in scalars.unicodeScalars { accents[scalar] = letters }
    }
    return accents
  }()
}
