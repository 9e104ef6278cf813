import Testing

@testable import SeedCLI

@Suite("The process list")
struct ProcessListTests {
  @Test(
    "does not show passwords of connection URLs",
    arguments: [
      ("postgresql://me:secret@host/db", "postgresql://me:******@host/db"),
      ("--database-url=postgresql://me:se@cret@host/db", "--database-url=postgresql://me:*******@host/db"),
      ("postgresql://me@host:5432/db", "postgresql://me@host:5432/db"), ("--all", "--all"),
      ("postgresql://host:5432/db", "postgresql://host:5432/db"),
    ])
  func hidden(argument: String, expected: String) {
    var bytes = Array(argument.utf8)
    for index in ProcessList.passwordRange(in: bytes) ?? 0..<0 { bytes[index] = UInt8(ascii: "*") }
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
  }
}
