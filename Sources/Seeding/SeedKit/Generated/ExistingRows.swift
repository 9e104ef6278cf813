/// The values of rows that existed before, in PostgreSQL's text format.
final class ExistingRows: Sendable {
  private let values: [[[UInt8]?]]

  init(_ values: [[[UInt8]?]]) { self.values = values }

  var count: Int { values.count }

  func append(_ column: Int, of row: Int, to text: inout [UInt8]) -> Bool {
    guard let value = values[row][column] else { return false }
    text += value
    return true
  }
}
