/// A data type, identified by its OID.
///
/// The OIDs of built-in types never change. They are those in PostgreSQL's `pg_type.dat`. Types of extensions, such
/// as pgvector's, have a different OID in each database.
public struct PostgresType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The OID.
  public let rawValue: UInt32

  /// Creates a type from its OID.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Unspecified. The server infers the type from the context of the parameter.
  public static let inferred = PostgresType(rawValue: 0)
  /// `boolean`
  public static let bool = PostgresType(rawValue: 16)
  /// `bytea`
  public static let bytea = PostgresType(rawValue: 17)
  /// `"char"`
  public static let char = PostgresType(rawValue: 18)
  /// `name`
  public static let name = PostgresType(rawValue: 19)
  /// `bigint`
  public static let int8 = PostgresType(rawValue: 20)
  /// `smallint`
  public static let int2 = PostgresType(rawValue: 21)
  /// `integer`
  public static let int4 = PostgresType(rawValue: 23)
  /// `text`
  public static let text = PostgresType(rawValue: 25)
  /// `oid`
  public static let oid = PostgresType(rawValue: 26)
  /// `json`
  public static let json = PostgresType(rawValue: 114)
  /// `real`
  public static let float4 = PostgresType(rawValue: 700)
  /// `double precision`
  public static let float8 = PostgresType(rawValue: 701)
  /// `unknown`, the type of an untyped literal
  public static let unknown = PostgresType(rawValue: 705)
  /// `character(n)`
  public static let bpchar = PostgresType(rawValue: 1042)
  /// `character varying`
  public static let varchar = PostgresType(rawValue: 1043)
  /// `timestamp with time zone`
  public static let timestamptz = PostgresType(rawValue: 1184)
  /// `bit varying`
  public static let varbit = PostgresType(rawValue: 1562)
  /// `numeric`
  public static let numeric = PostgresType(rawValue: 1700)
  /// `uuid`
  public static let uuid = PostgresType(rawValue: 2950)
  /// `jsonb`
  public static let jsonb = PostgresType(rawValue: 3802)

  /// Whether a column of this type accepts the binary data of another.
  func takes(_ sent: PostgresType) -> Bool {
    switch sent {
    case self, .inferred: true
    // These have the same binary data as text, and so do enums and the text types of extensions.
    case .text: [.varchar, .bpchar, .name, .json].contains(self) || rawValue >= Self.firstUserDefined
    default: false
    }
  }

  /// The first OID that PostgreSQL assigns to user-defined objects and those of extensions.
  static let firstUserDefined: UInt32 = 16384

  /// The name if known, otherwise the OID.
  public var description: String { Self.names[self] ?? "type \(rawValue)" }

  private static let names: [PostgresType: String] = [
    .bool: "boolean", .bytea: "bytea", .char: "\"char\"", .name: "name", .int8: "bigint",
    .int2: "smallint", .int4: "integer", .text: "text", .oid: "oid", .json: "json",
    .float4: "real", .float8: "double precision", .unknown: "unknown", .bpchar: "character",
    .varchar: "character varying", .timestamptz: "timestamp with time zone", .numeric: "numeric",
    .uuid: "uuid", .jsonb: "jsonb", .varbit: "bit varying",
  ]
}
