/// A name that is compared byte by byte, as PostgreSQL does. Swift takes the two spellings of `é` in Unicode for one.
package struct ExactName: Hashable, Sendable {
  /// The name.
  package let text: String

  /// Takes a name as it is.
  package init(_ text: String) { self.text = text }

  /// Whether the bytes are the same.
  package static func == (left: ExactName, right: ExactName) -> Bool {
    // The first comparison is faster and settles nearly all.
    left.text == right.text && left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Adds the text: equal bytes have equal hashes.
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
