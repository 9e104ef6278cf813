public import FoundationEssentials

/// An instant in microseconds, PostgreSQL's `timestamp with time zone`.
public struct PostgresTimestamp: PostgresArrayElement, Hashable, Comparable, Sendable {
  /// Microseconds since 2000-01-01 00:00:00 UTC, PostgreSQL's epoch.
  public var microsecondsSince2000: Int64

  /// PostgreSQL's `infinity`, later than every instant.
  public static let infinity = PostgresTimestamp(microsecondsSince2000: .max)
  /// PostgreSQL's `-infinity`, earlier than every instant.
  public static let negativeInfinity = PostgresTimestamp(microsecondsSince2000: .min)

  /// Seconds from 1970-01-01 to 2000-01-01.
  private static let epochOffset: Int64 = 946_684_800

  /// Creates an instant from microseconds since 2000-01-01 00:00:00 UTC.
  public init(microsecondsSince2000: Int64) { self.microsecondsSince2000 = microsecondsSince2000 }

  /// Creates an instant from microseconds since 1970-01-01 00:00:00 UTC.
  public init(microsecondsSince1970: Int64) {
    microsecondsSince2000 = microsecondsSince1970 - Self.epochOffset * 1_000_000
  }

  /// The seconds since 1970 of the instants that PostgreSQL stores: 4714-11-24 BC to the end of 294276 AD. See
  /// MIN_TIMESTAMP and END_TIMESTAMP in PostgreSQL's `datatype/timestamp.h`.
  private static let range = -210_866_803_200.0..<9_224_318_016_000.0

  /// Creates an instant from a date, rounded to the microsecond; nil for a date that PostgreSQL cannot store.
  public init?(_ date: Date) {
    guard Self.range.contains(date.timeIntervalSince1970) else { return nil }
    let seconds = date.timeIntervalSince1970 - Double(Self.epochOffset)
    let whole = seconds.rounded(.down)
    microsecondsSince2000 =
      Int64(whole) * 1_000_000 + Int64(((seconds - whole) * 1_000_000).rounded())
  }

  /// The instant as a date. Exact to the microsecond until the year 2255.
  public var date: Date {
    let (whole, rest) = microsecondsSince2000.quotientAndRemainder(dividingBy: 1_000_000)
    return Date(timeIntervalSince1970: Double(whole + Self.epochOffset) + Double(rest) / 1_000_000)
  }

  /// `timestamp with time zone`
  public static var postgresType: PostgresType { .timestamptz }
  /// `timestamp with time zone[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1185) }

  /// Orders by time.
  public static func < (left: Self, right: Self) -> Bool {
    left.microsecondsSince2000 < right.microsecondsSince2000
  }

  /// Appends the count.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(integer: microsecondsSince2000)
    return true
  }

  /// Decodes `timestamp with time zone`.
  public init(from cell: PostgresCell) throws {
    guard cell.type == .timestamptz else { throw cell.mismatch(PostgresTimestamp.self) }
    microsecondsSince2000 = try cell.integer(Int64.self)
  }
}

extension Date: PostgresArrayElement {
  /// `timestamp with time zone`
  public static var postgresType: PostgresType { .timestamptz }
  /// `timestamp with time zone[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1185) }

  /// Appends the instant, rounded to the microsecond.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for a date that PostgreSQL cannot store.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    guard let timestamp = PostgresTimestamp(self) else {
      throw PostgresError(
        code: .invalidValue,
        message:
          "the date \(timeIntervalSince1970) s since 1970 is beyond the range of PostgreSQL's timestamps")
    }
    return timestamp.encode(into: &buffer)
  }

  /// Decodes `timestamp with time zone`. Throws for `infinity`, which a date cannot represent.
  public init(from cell: PostgresCell) throws {
    let timestamp = try PostgresTimestamp(from: cell)
    guard timestamp != .infinity, timestamp != .negativeInfinity else {
      throw PostgresDecodingFailure("found an infinite timestamp; read it as PostgresTimestamp")
    }
    self = timestamp.date
  }
}
