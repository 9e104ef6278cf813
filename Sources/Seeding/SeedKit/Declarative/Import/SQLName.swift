import Postgres

/// Names in SQL, quoted only if necessary.
enum SQLName {
  /// The name, quoted if necessary.
  static func shown(_ name: String) -> String {
    let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
      (0x61...0x7A).contains(byte) || byte == 0x5F || index > 0 && (0x30...0x39).contains(byte)
    }
    guard !isPlain || name.isEmpty || reserved.contains(name) else { return name }
    return "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// The key words that PostgreSQL 18 does not accept as the name of a column or a table (appendix C of its manual).
  private static let reserved = Set(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary both case cast check \
    collate collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull \
    join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order \
    outer overlaps placing primary references returning right select session_user similar some symmetric \
    system_user table tablesample then to trailing true union unique user using variadic verbose when where \
    window with
    """.split(separator: " ").map(String.init))
}
