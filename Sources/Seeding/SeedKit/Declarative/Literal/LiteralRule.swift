/// Rejects literals that PostgreSQL would accept but change: round, truncate, or interpret in a surprising way.
/// Whether a literal is valid is left to PostgreSQL.
struct LiteralRule: Sendable {
  /// A type that contains scalar values.
  enum Wrapper: Sendable {
    case array, range, multirange
    /// An attribute of a composite type, by its position from 1.
    case attribute(Int)

    init?(_ text: Substring) {
      switch text {
      case "a": self = .array
      case "r": self = .range
      case "m": self = .multirange
      default:
        guard let place = Int(text) else { return nil }
        self = .attribute(place)
      }
    }
  }

  /// What to check in a scalar value.
  enum Scalar: Sendable {
    case date
    case timestamp(hasZone: Bool, precision: Int)
    case time(hasZone: Bool, precision: Int)
    case interval(IntervalFields, precision: Int)
    case numeric(scale: Int)
    case float(significantBits: Int)
    /// System types that are unsigned numbers: `oid`, `xid` and others.
    case unsigned
    /// Geometric types, whose coordinates are of double precision.
    case geometric
    /// `inet` and `cidr`.
    case network
    case money(MoneyFormat)
    case bytea
    case varchar(length: Int)
    /// Of duplicate keys in an object, `jsonb` keeps only the last.
    case jsonb
    /// Types with a fixed number of bytes: `name` and `"char"`.
    case bytes(Int)
  }

  /// The scalar values inside a type.
  struct Part: Sendable {
    /// From the outermost to the innermost.
    let wrappers: [Wrapper]
    let scalar: Scalar
    /// For messages.
    let type: String
    /// The path of names inside composite types, joined by points; otherwise empty.
    let attribute: String
  }

  let parts: [Part]

  /// - Parameters:
  ///   - path: the description of the type by ``path(of:)``.
  ///   - type: the column's type below domains.
  ///   - money: the format of amounts.
  /// - Returns: nil if literals of the type cannot lose information.
  init?(path: String, type: String, money: MoneyFormat?) {
    parts = path.split(separator: "\n").compactMap { Part(path: $0, type: type, money: money) }
    if parts.isEmpty { return nil }
  }

  /// A rejected literal for messages.
  static func shown(_ literal: some Sequence<UInt8>) -> String {
    let scalars = String(decoding: Array(literal.prefix(61 * 4)), as: UTF8.self).unicodeScalars
    return scalars.count > 60 ? "'\(String(scalars.prefix(60)))…'" : "'\(String(scalars))'"
  }

  /// What is expected instead of the literal; nil if it loses no information.
  func refusal(of literal: ArraySlice<UInt8>) -> String? {
    for part in parts {
      if let refusal = part.refusal(of: literal) { return refusal }
    }
    return nil
  }

  /// SQL that describes the scalar types inside the domains, arrays, ranges and composite types of a column.
  ///
  /// One line for each scalar type: wrappers, modifier and name, then attribute, a tab and the type with its
  /// modifier. `a.2. 262149 numeric price<tab>numeric(4,1)` is the second attribute of a composite type in an
  /// array. A type without wrappers needs only ` 262149 numeric`.
  ///
  /// - Parameter attribute: the alias of `pg_attribute`.
  static func path(of attribute: String) -> String {
    """
    (WITH RECURSIVE below AS (
      SELECT \(attribute).atttypid AS oid, \(attribute).atttypmod AS modifier, '' AS wrappers,
        '' COLLATE "C" AS place
      UNION ALL
      SELECT
        CASE WHEN y.typtype = 'd' THEN y.typbasetype WHEN y.typtype IN ('r', 'm') THEN g.rngsubtype
          WHEN y.typtype = 'c' THEN f.atttypid ELSE y.typelem END,
        CASE WHEN y.typtype = 'd' THEN y.typtypmod WHEN y.typtype IN ('r', 'm') THEN -1
          WHEN y.typtype = 'c' THEN f.atttypmod ELSE below.modifier END,
        below.wrappers || CASE WHEN y.typtype = 'd' THEN '' WHEN y.typtype IN ('r', 'm') THEN y.typtype::text || '.'
          WHEN y.typtype = 'c' THEN f.number || '.' ELSE 'a.' END,
        CASE WHEN y.typtype = 'c' THEN concat_ws('.', nullif(below.place, ''), f.attname) ELSE below.place END
      FROM below JOIN pg_type AS y ON y.oid = below.oid
      LEFT JOIN pg_range AS g ON y.oid IN (g.rngtypid, g.rngmultitypid)
      LEFT JOIN LATERAL (
        SELECT atttypid, atttypmod, attname, row_number() OVER (ORDER BY attnum) AS number FROM pg_attribute
        WHERE attrelid = y.typrelid AND attnum > 0 AND NOT attisdropped
      ) AS f ON y.typtype = 'c'
      WHERE y.typtype IN ('d', 'r', 'm', 'c') OR (y.typcategory = 'A' AND y.typelem <> 0)
    ) SELECT string_agg(concat_ws(' ', below.wrappers, below.modifier, y.typname, below.place)
        || chr(9) || format_type(below.oid, below.modifier), chr(10) ORDER BY below.wrappers COLLATE "C")
      FROM below JOIN pg_type AS y ON y.oid = below.oid
      WHERE NOT (y.typtype IN ('d', 'r', 'm', 'c') OR (y.typcategory = 'A' AND y.typelem <> 0))
        AND y.typnamespace = 'pg_catalog'::regnamespace)
    """
  }
}

extension LiteralRule.Part {
  /// - Parameters:
  ///   - path: a line of ``LiteralRule/path(of:)``.
  ///   - type: the name of the type, if the path has none.
  /// - Returns: nil if literals of the type cannot lose information.
  fileprivate init?(path: Substring, type: String, money: MoneyFormat?) {
    let parts = path.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, let modifier = Int(parts[1]) else { return nil }
    let precision = (0...6).contains(modifier & 0xFFFF) ? modifier & 0xFFFF : 6
    switch parts[2] {
    case "date": scalar = .date
    case "timestamp": scalar = .timestamp(hasZone: false, precision: precision)
    case "timestamptz": scalar = .timestamp(hasZone: true, precision: precision)
    case "time": scalar = .time(hasZone: false, precision: precision)
    case "timetz": scalar = .time(hasZone: true, precision: precision)
    case "interval":
      scalar = .interval(
        modifier < 0 ? .all : IntervalFields(mask: modifier >> 16 & 0x7FFF), precision: precision)
    case "numeric":
      guard modifier >= 4 else { return nil }
      // The modifier of NUMERIC: 4 + precision in the upper half, the scale as 11 signed bits in the lower.
      scalar = .numeric(scale: ((modifier - 4) & 0x7FF ^ 0x400) - 0x400)
    case "float4": scalar = .float(significantBits: 24)
    case "float8": scalar = .float(significantBits: 53)
    case "oid", "xid", "cid", "xid8", "tid": scalar = .unsigned
    case "point", "lseg", "box", "path", "polygon", "line", "circle": scalar = .geometric
    case "inet", "cidr": scalar = .network
    case "money":
      guard let money else { return nil }
      scalar = .money(money)
    case "bytea": scalar = .bytea
    case "jsonb": scalar = .jsonb
    case "varchar":
      guard modifier >= 4 else { return nil }
      scalar = .varchar(length: modifier - 4)
    case "name": scalar = .bytes(63)
    case "char": scalar = .bytes(1)
    default: return nil
    }
    wrappers = parts[0].split(separator: ".").compactMap(LiteralRule.Wrapper.init)
    let names = parts.count > 3 ? parts[3].split(separator: "\t", omittingEmptySubsequences: false) : []
    attribute = String(names.first ?? "")
    self.type = names.count > 1 ? String(names[1]) : type
  }

  func refusal(of literal: ArraySlice<UInt8>) -> String? {
    guard !wrappers.isEmpty else { return refusal(ofScalar: literal) }
    let refusal = NestedLiteral.first(in: literal, wrappers[...], refusal(ofScalar:))
    return refusal.map { attribute.isEmpty ? $0 : "\($0) (attribute \(attribute))" }
  }

  /// The limit for numbers, amounts, dates and times. Longer literals consist of zeros and blanks, or are invalid.
  private static let lengthLimit = 10_000

  private func refusal(ofScalar literal: ArraySlice<UInt8>) -> String? {
    switch scalar {
    case .bytea, .jsonb, .varchar, .bytes, .geometric: break
    default:
      // Parsing needs many times the literal's memory.
      if literal.count > Self.lengthLimit { return "at most \(Self.lengthLimit) bytes" }
    }
    switch scalar {
    case .date, .timestamp, .time: return refusal(ofMoment: literal)
    case .interval(let fields, let precision):
      guard let interval = IntervalLiteral(literal, fields: fields) else { return nil }
      return interval.isKept(by: fields, precision: precision) ? nil : tooPrecise
    case .numeric(let scale): return DecimalLiteral.fits(literal, scale: scale) ? nil : decimals(scale)
    case .float(let bits):
      return DecimalLiteral.isExact(literal, significantBits: bits)
        ? nil : "a number that \(type) stores exactly, or a column of type numeric or bigint"
    case .unsigned: return SystemLiteral.refusal(ofNumber: literal)
    case .network: return SystemLiteral.refusal(ofNetwork: literal)
    case .geometric:
      let isLost = SystemLiteral.hasCoordinate(literal) { number in
        number.count > Self.lengthLimit || !DecimalLiteral.isExact(number, significantBits: 53)
      }
      return isLost ? "coordinates that double precision stores exactly" : nil
    case .money(let format): return format.refusal(of: literal)
    case .bytea:
      let isEscaped = literal.isEmpty || literal.contains(UInt8(ascii: "\\"))
      return isEscaped ? nil : #"bytes in hexadecimal, such as \x1f8b, or "bytes": "base64" for base64"#
    case .jsonb: return Self.duplicateKey(in: literal)
    case .varchar(let length):
      // PostgreSQL itself rejects longer literals that do not end in blanks.
      guard literal.last == 0x20, literal.count > length else { return nil }
      let count = literal.lazy.filter { $0 & 0xC0 != 0x80 }.count
      return count > length ? "at most \(length) characters, with the spaces at the end" : nil
    case .bytes(let limit):
      // "char" writes a byte beyond ASCII as a backslash and three digits.
      let isOctal = limit == 1 && literal.count == 4 && literal.first == UInt8(ascii: "\\")
      return literal.count <= limit || isOctal ? nil : "at most \(limit) byte\(limit == 1 ? "" : "s")"
    }
  }

  private static func duplicateKey(in literal: ArraySlice<UInt8>) -> String? {
    // Most values contain no objects.
    guard literal.contains(UInt8(ascii: "{")) else { return nil }
    do {
      _ = try JSONParser.parse(
        .line, Array(literal), at: SourcePosition(line: 1, column: 1), limits: RecordLimits.json)
      return nil
    } catch let error as JSONParseError where error.isDuplicateKey {
      return "each key once, because jsonb keeps only the last duplicate (\(error.found))"
    } catch let error as JSONParseError where error.isLimit {
      return "a smaller value (\(error.found))"
    } catch {
      return nil
    }
  }

  private var tooPrecise: String { "no more decimal places than \(type) stores" }

  private func decimals(_ scale: Int) -> String {
    guard scale > 0 else { return tooPrecise }
    return "at most \(scale) decimal place\(scale == 1 ? "" : "s"), as \(type) stores"
  }

  private func refusal(ofMoment literal: ArraySlice<UInt8>) -> String? {
    if DateTimeLiteral.isPlain(literal, scalar) { return nil }
    let moment = DateTimeLiteral(literal)
    if let word = moment.clockWord {
      return "a fixed date or time: '\(word)' has a different value in every run"
    }
    let (isTimeOnly, hasZone, precision) =
      switch scalar {
      case .timestamp(let hasZone, let precision): (false, hasZone, precision)
      case .time(let hasZone, let precision): (true, hasZone, precision)
      default: (false, true, 6)
      }
    if isTimeOnly {
      if moment.namesDay { return "a time without a date, which \(type) drops" }
    } else if moment.isAmbiguous {
      return
        "a date as YYYY-MM-DD, because the order of day, month and year is ambiguous"
    }
    if case .date = scalar {
      return moment.isMidnight
        ? nil : "a date without a time of day, which \(type) drops"
    }
    if !hasZone, let zone = moment.zone {
      return "no time zone: \(type) drops '\(zone)'"
    }
    if let zone = moment.invertedZone {
      return "an offset from UTC such as +02: PostgreSQL inverts the sign of '\(zone)'"
    }
    if moment.hasLeapSecond(isTimeOnly: isTimeOnly) {
      return "at most 59 seconds, because \(type) has no leap seconds"
    }
    return moment.fractionDigits(isTimeOnly: isTimeOnly) > precision ? tooPrecise : nil
  }
}
