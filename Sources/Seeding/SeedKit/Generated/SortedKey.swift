/// A key in the order of its type: a number, or a text such as a UUID.
struct SortedKey: Comparable {
  private let text: [UInt8]
  private let number: Int?

  init(_ text: [UInt8]) {
    self.text = text
    number = Int(String(decoding: text, as: UTF8.self))
  }

  static func < (left: SortedKey, right: SortedKey) -> Bool {
    if let left = left.number, let right = right.number { return left < right }
    return left.text.lexicographicallyPrecedes(right.text)
  }
}

extension GeneratedTable.Pick {
  /// The value of a column in a row that the pick may choose.
  func key(_ column: Int, of row: Int) -> SortedKey {
    var text: [UInt8] = []
    switch target {
    case .own: break
    case .generated(let table): _ = table.append(column, of: row, to: &text)
    case .existing(let rows): _ = rows.append(column, of: row, to: &text)
    }
    return SortedKey(text)
  }
}
