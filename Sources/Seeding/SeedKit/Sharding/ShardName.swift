/// The names of shards. Errors of other nodes contain them.
enum ShardName {
  /// Whether a name is that of a table, index or constraint, or of one of its shards: Citus appends the number of the
  /// shard, which has six digits or more.
  static func isName(_ found: String, of name: String) -> Bool {
    guard found != name else { return true }
    guard found.hasPrefix(name + "_") else { return false }
    let number = found.dropFirst(name.count + 1)
    return number.count > 5 && number.allSatisfy { ("0"..."9").contains($0) }
  }
}
