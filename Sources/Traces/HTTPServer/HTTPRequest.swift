/// A request that has been received as a whole.
public struct HTTPRequest: Sendable {
  /// The method. A `HEAD` arrives as ``HTTPMethod/get``: the server leaves the body away.
  public var method: HTTPMethod
  /// The path as sent, percent-encoded, without the query: `/` at least, or `*`.
  public var path: String { target.path }
  /// The parts of the path between the slashes, decoded: none for `/`; `/a%2Fb/` has `a/b` and an
  /// empty one.
  public var segments: [String] { target.segments }
  /// The items of the query in their order, decoded, with `+` as a space.
  public var query: [QueryItem] { target.query }
  /// The header fields.
  public var headers: HTTPHeaders
  /// The body; empty if there is none.
  public var body: [UInt8]
  /// The address of the client, or of the proxy before it, as text: `127.0.0.1`, `::1`.
  public var remoteAddress: String
  /// Made up by the server, for logs: unique while the server runs, and hardly ever the same in another.
  public var id: String
  /// When its request line had arrived; of one that was made for a test, when it was made.
  public let start: ContinuousClock.Instant

  private let target: HTTPTarget

  /// An item of the query.
  public struct QueryItem: Sendable, Hashable {
    /// What stands before the first `=`.
    public let name: String
    /// What stands after it; empty if there is none.
    public let value: String
  }

  /// The target is invalid; the server would have responded with 400.
  public struct InvalidTarget: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
  }

  /// Makes a request, for tests of what handles them.
  ///
  /// - Parameter target: path and query, percent-encoded, as in the request line.
  /// - Throws: ``InvalidTarget``.
  public init(
    _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1", id: String = "test"
  ) throws {
    guard let parsed = HTTPTarget(target.utf8) else {
      throw InvalidTarget(
        description: "'\(target)' is no request target; expected a path such as /a%20b?c=d, percent-encoded")
    }
    self.init(
      method: method, target: parsed, headers: headers, body: body, remoteAddress: remoteAddress, id: id,
      start: .now)
  }

  init(
    method: HTTPMethod, target: HTTPTarget, headers: HTTPHeaders, body: [UInt8], remoteAddress: String,
    id: String, start: ContinuousClock.Instant
  ) {
    self.start = start
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.id = id
  }

  /// The value of the first item of the query with that name, or nil.
  public func query(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }
}
