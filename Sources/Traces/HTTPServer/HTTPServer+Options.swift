extension HTTPServer {
  /// Where a server listens, and its limits.
  ///
  /// Deadlines are kept by a thread that looks at the connections ten times within the shortest of
  /// them, but at least twice and at most a hundred times a second: so exact they are.
  public struct Options: Sendable {
    /// The address to listen on: IPv4, IPv6 or `localhost`, which stands for `127.0.0.1`. `0.0.0.0`
    /// is all of IPv4, `::` all there are. `127.0.0.1` by default.
    public var host = "127.0.0.1"
    /// The TCP port; 0 takes a free one, see ``HTTPServer/port``. 8080 by default.
    public var port = 8080
    /// The most bytes that a request's body may have; more is answered with 413. 1 MiB by default.
    public var bodyLimit = 1 << 20
    /// The most bytes that the request line and the header fields may have together; more is
    /// answered with 431, or 414 if the request line alone is too long. 16 KiB by default, 1 KiB at
    /// least. A connection takes four times as much memory. A query may have an item for every 64 of these bytes.
    public var headerLimit = 16 << 10
    /// The most connections at a time. When there are as many, the one that has kept the server
    /// waiting for longest is closed for a new one; while all of them are being answered, new ones
    /// wait in the system's queue. 1,000 by default.
    public var connectionLimit = 1_000
    /// The most connections from one address at a time; further ones are closed at once. Nil, no
    /// limit, by default: behind a proxy all come from one address.
    public var connectionLimitPerAddress: Int?
    /// How long a connection may stay open between a response and the next request line. 15 seconds
    /// by default.
    public var keepAliveTimeout: Duration = .seconds(15)
    /// How long a request may take to arrive as a whole, counted from its request line, for the
    /// first one from the start of the connection. Later the connection is closed, with 408 if the
    /// request line has been read. 10 seconds by default.
    public var requestDeadline: Duration = .seconds(10)
    /// How long a handler may take. Later its task is cancelled, the client gets 503, and what the
    /// handler may still return is dropped. 30 seconds by default.
    public var handlerDeadline: Duration = .seconds(30)
    /// How long a client may take to receive a response. Later the connection is closed. 60 seconds by
    /// default.
    public var responseDeadline: Duration = .seconds(60)
    /// The threads that read and write; handlers do not run on them. 4 by default.
    public var threads = 4
    /// Makes the body of the server's own errors, from a status and a sentence that says what is
    /// wrong. It is sent as `application/problem+json`. ``defaultProblem(status:detail:)`` by
    /// default. Requests that libmicrohttpd cannot parse or store get the library's own text. It runs on a thread of the server and must not block.
    public var problem: @Sendable (_ status: Int, _ detail: String) -> [UInt8] = Self.defaultProblem
    /// Called for each response before it is sent, also for those that no handler made (400, 408,
    /// 413, 431, 500, 501, 503), and after the library has refused a request by itself: with its status, or with 400
    /// for all request lines that it cannot parse. Nil by default. It runs on a thread of the server and
    /// must not block.
    public var onRequest: (@Sendable (HTTPRequestRecord) -> Void)?

    /// Makes options with all defaults.
    public init() {}

    /// A problem of RFC 9457 without a type of its own: `type`, `title`, `status`, `detail`.
    public static func defaultProblem(status: Int, detail: String) -> [UInt8] {
      Array(Refusal(status, detail).json.utf8)
    }
  }
}

extension HTTPServer.Options {
  /// - Throws: ``HTTPServerError`` with code `invalidConfiguration`.
  func validate() throws(HTTPServerError) {
    try Self.check("port", port, in: 0...65_535)
    try Self.check("bodyLimit", bodyLimit, in: 0...Int(Int32.max))
    try Self.check("headerLimit", headerLimit, in: 1 << 10...1 << 24)
    try Self.check("connectionLimit", connectionLimit, in: 1...1_000_000)
    try Self.check("connectionLimitPerAddress", connectionLimitPerAddress ?? 1, in: 1...1_000_000)
    try Self.check("threads", threads, in: 1...256)
    for (name, duration) in [
      ("keepAliveTimeout", keepAliveTimeout), ("requestDeadline", requestDeadline),
      ("handlerDeadline", handlerDeadline), ("responseDeadline", responseDeadline),
    ] where duration < .milliseconds(1) || duration > .seconds(86_400) {
      throw HTTPServerError(
        .invalidConfiguration, "\(name) of the HTTP server is \(duration), which is out of range",
        fix: "Set it to a duration from 1 millisecond to 1 day.")
    }
  }

  private static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(HTTPServerError)
  {
    guard !range.contains(value) else { return }
    throw HTTPServerError(
      .invalidConfiguration, "\(name) of the HTTP server is \(value), which is out of range",
      fix: "Set it to a number from \(range.lowerBound) to \(range.upperBound).")
  }
}

/// A request and its response, for logs and metrics.
///
/// It holds neither the query nor the fields nor the body, which may hold secrets.
public struct HTTPRequestRecord: Sendable {
  /// The ``HTTPRequest/id``.
  public let id: String
  /// The method as sent (`HEAD` too). Nil if the request line could not be read.
  public let method: HTTPMethod?
  /// The path as sent, without the query. Nil if the request line could not be read. It comes from
  /// the client: a metric's label should be the route that it led to.
  public let path: String?
  /// The status of the response.
  public let status: Int
  /// From the end of the request line until the response was ready to be sent.
  public let duration: Duration
  /// The address of the client.
  public let remoteAddress: String
  /// Bytes of the body that were received.
  public let requestBytes: Int
  /// Bytes of the response's body.
  public let responseBytes: Int
}
