import Postgres
import Testing

@Suite("A SQLSTATE")
struct SQLStateTests {
  @Test(
    "is transient if a retry may succeed",
    arguments: [
      ("08006", true), ("40001", true), ("40P01", true), ("55P03", true), ("57P01", true), ("57P02", true),
      ("57P03", true), ("53300", true), ("58030", true), ("28P01", false), ("3D000", false), ("23505", false),
      ("53100", false), ("57014", false), ("22P02", false),
    ])
  func transient(code: String, expected: Bool) {
    #expect(SQLState(rawValue: code).isTransient == expected)
  }
}
