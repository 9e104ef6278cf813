/// Errors of other nodes, which the coordinator of a Citus cluster reports.
extension PostgresError {
  /// The node that an error comes from, as `host:port`; nil if the error names none.
  public var node: String? {
    guard let server else { return nil }
    let texts = [server.message, server.detail, server.context].compactMap(\.self)
    for marker in Self.nodeMarkers {
      for text in texts {
        guard let start = text.firstRange(of: marker) else { continue }
        if let node = Self.address(text[start.upperBound...]) { return node }
      }
    }
    return nil
  }

  /// Whether the connection of the coordinator to another node failed. Citus reports some of these errors as
  /// XX000 internal_error, which has permanent causes too, so that only the message tells.
  var isLostNode: Bool {
    guard code == .serverError, sqlState?.rawValue == "XX000" else { return false }
    return Self.lostNodeWords.contains { message.contains($0) }
  }

  /// What precedes the address of a node in messages and contexts of Citus 11 to 14.
  private static let nodeMarkers = [
    "connection to the remote node ", "marked as essential: ", "failed to complete COPY on ",
    "while executing command on ", " on host ", "from node ",
  ]

  private static let lostNodeWords = [
    "connection to the remote node", "failure on connection marked as essential", "connection not open",
    "could not connect to any active placements", "failed to prepare transaction", "failed to read result",
    "server closed the connection unexpectedly", "terminating connection due to",
    "the database system is shutting down", "the database system is starting up",
    "the database system is in recovery mode", "the database system is not yet accepting connections",
  ]

  /// The address at the beginning of a text: `USER@HOST:PORT` or `HOST:PORT`, without the user.
  private static func address(_ text: Substring) -> String? {
    let word = text.prefix { !$0.isWhitespace && $0 != "," && $0 != ";" }
    let place = word.split(separator: "@").last ?? word
    let port = place.split(separator: ":").last.flatMap { Int($0) }
    return place.contains(":") && port != nil ? String(place) : nil
  }
}
