import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("A value")
struct ValueTests {
  /// Sends a value, and returns it as decoded together with its type on the server.
  private func roundTrip<Value: PostgresCodable & Sendable & Equatable>(
    _ values: [Value], as type: String
  ) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection async throws in
        for value in values {
          let read = try await connection.queryOne("SELECT \(value)::\(unescaped: type)").decode(Value.self)
          #expect(read == value)
        }
        let missing = try await connection.queryOne("SELECT \(Value?.none)::\(unescaped: type)")
          .decode(Value?.self)
        #expect(missing == nil)
      }
    }
  }

  @Test("of any type is returned as it was sent")
  func all() async throws {
    try await roundTrip([Int.min, -1, 0, .max], as: "bigint")
    try await roundTrip([Int32.min, 0, .max], as: "integer")
    try await roundTrip([Int16.min, 0, .max], as: "smallint")
    try await roundTrip([true, false], as: "boolean")
    try await roundTrip([Double.infinity, -0.1, 1e-300, .greatestFiniteMagnitude], as: "double precision")
    try await roundTrip([Float.leastNonzeroMagnitude, 3.5], as: "real")
    try await roundTrip(["", "naïve", "🦉👩‍👩‍👧", "a'b\"c\\d\n\t", "\u{FEFF}x"], as: "text")
    try await roundTrip([UUID()], as: "uuid")
    try await roundTrip([PostgresBytes([]), PostgresBytes(Array(0...255))], as: "bytea")
    try await roundTrip([[1, -2, 3], []], as: "bigint[]")
    try await roundTrip([["a,b", "", "{\"}", "NULL"], []], as: "text[]")
    try await roundTrip([[1, nil, 3] as [Int?]], as: "bigint[]")
    try await roundTrip([[true, false]], as: "boolean[]")
    try await roundTrip([PostgresJSON(#"{"a": 12345678901234567890.5}"#)], as: "jsonb")
    try await roundTrip(
      [-63_082_281_600_000_001, -1, 0, 1, 848_000_000_123_456].map(
        PostgresTimestamp.init(microsecondsSince2000:))
        + [.infinity, .negativeInfinity], as: "timestamptz")
  }

  @Test("of a date keeps its microseconds")
  func dates() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection async throws in
        let text = "2026-11-21 12:34:56.123457+00"
        let (date, same) = try await connection.queryOne("SELECT \(text)::text::timestamptz").decode(
          Date.self
        )
        .map {
          ($0, try await connection.queryOne("SELECT \($0) = \(text)::text::timestamptz").decode(Bool.self))
        }
        #expect(same, "\(date)")
        await #expect(throws: PostgresError.self) {
          try await connection.queryOne("SELECT 'infinity'::timestamptz").decode(Date.self)
        }
      }
    }
  }

  @Test("of numeric keeps every digit in both directions")
  func numerics() async throws {
    let texts = [
      "0", "0.0", "0.000", "1", "-1", "10000", "9999", "10001", "12345.678900", "-0.0001", "0.00000001",
      "100000000000000000000", "123456789012345678901234567890.123456789", "1000000.0000001", "0.1234567",
      "NaN", "Infinity", "-Infinity", "5000.0005", "99999999.99999999",
    ]
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection async throws in
        for text in texts {
          let number = try #require(PostgresNumeric(text))
          let (sent, read) = try await connection.queryOne("SELECT \(number)::text, \(text)::text::numeric")
            .decode(String.self, PostgresNumeric.self)
          #expect(sent == text)
          #expect(read.description == text)
        }
      }
    }
    #expect(PostgresNumeric("-0.00")?.description == "0.00")
    #expect(PostgresNumeric("+007.50")?.description == "7.50")
    for wrong in ["", ".", "1e5", "0x1", "1.2.3", "--1", "1 "] {
      #expect(PostgresNumeric(wrong) == nil, "\(wrong)")
    }
  }

  @Test("of a vector is returned, and an invalid one is rejected before sending")
  func vectors() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection async throws in
        try await connection.query("CREATE EXTENSION vector")
        let vector = PostgresVector([1, -0.5, 3.25])
        let (read, distance) = try await connection.queryOne(
          "SELECT \(vector)::vector(3), \(vector)::vector <=> \(vector)::vector"
        )
        .decode(PostgresVector.self, Double.self)
        #expect(read == vector && abs(distance) < 1e-6)
        for wrong in [[], [Float.nan], [1, .infinity], [Float](repeating: 1, count: 16_001)] {
          let error = await #expect(throws: PostgresError.self) {
            try await connection.query("SELECT \(PostgresVector(wrong))::vector")
          }
          #expect(error?.code == .invalidValue)
        }
        await #expect(throws: PostgresError.self) {
          try await connection.queryOne("SELECT \(vector)::vector").decode(String.self)
        }
      }
    }
  }

  @Test("of the wrong type is an error that names the column")
  func mismatches() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection async throws in
        func failure<Value: PostgresDecodable>(_ sql: String, _ type: Value.Type) async throws -> String {
          let row = try await connection.queryOne(PostgresQuery(unescaped: sql))
          let error = #expect(throws: PostgresError.self) { try row.decode("c", as: type) }
          #expect(error?.code == .decodingFailed)
          return error?.message ?? ""
        }
        #expect(
          try await failure("SELECT 70000 AS c", Int16.self)
            == "column 'c': found 70000, which is out of range for Int16")
        #expect(
          try await failure("SELECT NULL::text AS c", String.self)
            == "column 'c': found NULL; decode an optional instead")
        #expect(
          try await failure("SELECT 1.5::numeric AS c", Double.self)
            == "column 'c': found numeric, which cannot be decoded as Double")
        #expect(try await failure("SELECT 1 AS d", Int.self) == "the result has no column 'c'")
        await #expect(throws: PostgresError.self) { try await connection.query("SELECT \("a\u{0}b")") }
      }
    }
  }

  @Test("of an enum or a domain is decoded as text")
  func userTypes() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection async throws in
        try await connection.runScript(
          "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN word AS text;")
        let (mood, word) = try await connection.queryOne("SELECT 'glad'::mood, 'x'::word").decode(
          String.self, String.self)
        #expect(mood == "glad" && word == "x")
      }
    }
  }
}

extension Date {
  fileprivate func map<Result>(_ body: (Date) async throws -> Result) async rethrows -> Result {
    try await body(self)
  }
}
