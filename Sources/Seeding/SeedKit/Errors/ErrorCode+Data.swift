extension ErrorCode {
  /// Faults of data files and seeder definitions. Nothing of the seeder was written.
  static let data = [
    severalFaults, invalidData, malformedFile, unreadableFile, duplicateKey, missingReference,
    invalidColumnValue,
    missingTable,
    missingUniqueKey, rejectedRow, rowOfAnotherSeeder, unsupportedTable, invalidDefinition,
  ]

  /// Faults with different codes.
  public static let severalFaults = ErrorCode(
    "SR-300", "several kinds of faults",
    cause: "The data has faults with different codes. The code of each one is at the end of its line.",
    fix: "Look up the codes of the faults, such as 'seed-runner explain SR-302 SR-304'.")
  /// A record is not as its reader expects.
  public static let invalidData = ErrorCode(
    "SR-301", "invalid data",
    cause: "A record lacks a field, has an unknown one, or has a value of another type or out of range.",
    fix: """
      Correct the record. The message has its file, line, record and field. Fields without a column are listed in \
      "ignore" of the seeder.json.
      """)
  /// A file is not valid JSON or CSV.
  public static let malformedFile = ErrorCode(
    "SR-302", "malformed file",
    cause:
      "The file is not UTF-8, is not valid JSON, JSON lines or CSV, or a CSV record has more or fewer fields than the header.",
    fix: """
      Correct the line that the message names. For CSV, check the quotes and "delimiter". 'seed-runner lint' checks \
      all files without a database.
      """)
  /// A file cannot be read.
  public static let unreadableFile = ErrorCode(
    "SR-303", "unreadable file",
    cause: """
      A data file or seeder.json is missing, is not a regular file, is too large, cannot be opened, or \
      changed while it was read.
      """,
    fix: "Correct the name in the seeder.json, or the permissions, then run again.")
  /// Two records have the same key.
  public static let duplicateKey = ErrorCode(
    "SR-304", "duplicate key",
    cause: "Two records of the seeder have the same natural key, or the same value for a unique constraint.",
    fix: "Remove one of the records, or correct its key. If both are right, add a column to \"key\".")
  /// A record refers to a row that does not exist.
  public static let missingReference = ErrorCode(
    "SR-305", "missing reference",
    cause: "A record refers to a row of another table that does not exist.",
    fix: """
      Add the row, correct the reference, or add the seeder of that table to \"dependencies\" so that it runs first.
      """)
  /// A column cannot store a value as it is written.
  public static let invalidColumnValue = ErrorCode(
    "SR-306", "value that the column cannot store",
    cause: """
      The type of the column cannot read the value, or would store a different one: rounded, truncated, or read by \
      a session setting.
      """,
    fix: """
      Write the value as the column stores it, or change the type of the column. Documentation/seeder.md explains how \
      values are read.
      """)
  /// A table or a column does not exist.
  public static let missingTable = ErrorCode(
    "SR-307", "missing table or column",
    cause:
      "The database has no table or column of this name, or the search_path does not contain its schema.",
    fix: """
      Create the table, or correct its name. Check with 'seed-runner doctor' that you are connected to the right \
      database.
      """)
  /// The key of a table has no unique constraint.
  public static let missingUniqueKey = ErrorCode(
    "SR-308", "key without a unique constraint",
    cause:
      "The \"key\" of a table is how rows are found again. It needs a unique index, which the table lacks.",
    fix: "Create the unique index that the message shows, or choose a key that has one.")
  /// The database rejects a row.
  public static let rejectedRow = ErrorCode(
    "SR-309", "row rejected by the database",
    cause:
      "A constraint, a trigger or a row-level security policy rejects a record, or a trigger discards or changes it.",
    fix: "Correct the record, or change the constraint, the trigger or the policy that the message names.")
  /// Another seeder wrote the row.
  public static let rowOfAnotherSeeder = ErrorCode(
    "SR-310", "row of another seeder",
    cause: "Two seeders write the same row with different values.",
    fix: "Keep the row in one of the two seeders. 'seed-runner why TABLE KEY' shows which one wrote it.")
  /// The table cannot be seeded.
  public static let unsupportedTable = ErrorCode(
    "SR-311", "unsupported table",
    cause: """
      The relation is a view, has rules that rewrite the statements, has child tables that inherit from it, or is \
      part of a cycle of foreign keys that cannot be deferred.
      """,
    fix: "Seed the table that the message names, or change the schema as the message says.")
  /// A seeder.json is invalid.
  public static let invalidDefinition = ErrorCode(
    "SR-312", "invalid seeder definition",
    cause: "A seeder.json has an unknown key, lacks a required one, or contradicts itself.",
    fix:
      "Correct the key that the message names. Documentation/seeder.md describes all keys; 'seed-runner new' creates a valid file."
  )
}
