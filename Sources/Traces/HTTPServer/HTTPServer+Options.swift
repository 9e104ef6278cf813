extension HTTPServer {
  /// The listening address and the limits of a server.
  ///
  /// A thread enforces the deadlines. It checks the connections ten times within the shortest deadline, at least
  /// twice and at most a hundred times a second.
  public struct Options: Sendable {
    /// The address to listen on: IPv4, IPv6, or `localhost` for `127.0.0.1`. `0.0.0.0` is all IPv4 addresses, `::`
    /// all addresses. `127.0.0.1` by default.
    public var host = "127.0.0.1"
    /// The TCP port; 0 chooses a free one, see ``HTTPServer/port``. 8080 by default.
    public var port = 8080
    /// The maximum size of a request body in bytes. Larger requests get 413. 1 MiB by default.
    public var bodyLimit = 1 << 20
    /// The maximum size of all request bodies in memory together, in bytes. Above that, requests get 503. Bodies that are
    /// no larger than ``headerLimit`` do not count, so that they are received even while large ones use up the memory.
    /// 64 MiB by default, at least ``bodyLimit``.
    public var bodyMemory = 64 << 20
    /// The maximum size of the request line and the header fields together, in bytes. Larger requests get 431, or 414
    /// if the request line alone is too long. 16 KiB by default, at least 1 KiB. A connection takes four times as
    /// much memory. A query may have one item per 64 of these bytes.
    public var headerLimit = 16 << 10
    /// The maximum number of connections. When it is reached, a new connection replaces the one that has been waiting
    /// for its client for longest. While all of them have requests in progress, new ones wait in the listen backlog.
    /// 1,000 by default.
    public var connectionLimit = 1_000
    /// The maximum number of connections from one address. Further ones are closed at once. Nil (no limit) by
    /// default, because behind a proxy all connections come from one address.
    public var connectionLimitPerAddress: Int?
    /// How long a connection may stay idle between a response and the next request line. 15 seconds by default.
    public var keepAliveTimeout: Duration = .seconds(15)
    /// How long a request may take to arrive completely, counted from its request line, or from the start of the
    /// connection for the first request. After that the connection is closed, with a 408 if the request line has been
    /// received. 10 seconds by default.
    public var requestDeadline: Duration = .seconds(10)
    /// How long a handler may take. After that its task is cancelled, the client gets 503, and a late result of the
    /// handler is discarded. 30 seconds by default.
    public var handlerDeadline: Duration = .seconds(30)
    /// How long a client may take to receive a response. After that the connection is closed. 60 seconds by default.
    public var responseDeadline: Duration = .seconds(60)
    /// The number of threads that read, write, and run the handlers between their suspension points. 4 by default.
    public var threads = 4
    /// Creates the body of the server's own errors from a status and a sentence that describes the problem. It is
    /// sent as `application/problem+json`. ``defaultProblem(status:detail:)`` by default. If libmicrohttpd cannot
    /// parse or store a request, it sends its own text instead. The closure runs on a thread of the server and must
    /// not block.
    public var problem: @Sendable (_ status: Int, _ detail: String) -> [UInt8] = Self.defaultProblem
    /// Finds the address of the client of a request, from the address of its connection and its header fields.
    /// ``HTTPRequest/remoteAddress`` and ``HTTPRequestRecord/remoteAddress`` have it. Nil by default: it is the address of
    /// the connection. The closure runs on a thread of the server and must not block.
    public var clientAddress: (@Sendable (_ peer: String, HTTPHeaders) -> String)?
    /// Called for each response before it is sent, also for the server's own (400, 408, 413, 431, 500, 501, 503).
    /// Also called after libmicrohttpd has rejected a request by itself, with the status that it sent, or with 400
    /// for a request line that it cannot parse. Nil by default. The closure runs on a thread of the server and must
    /// not block.
    public var onRequest: (@Sendable (HTTPRequestRecord) -> Void)?

    /// Creates options with all defaults.
    public init() {}

    /// A problem document (RFC 9457) without a type of its own: `type`, `title`, `status`, `detail`.
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
    try Self.check("bodyMemory", bodyMemory, in: bodyLimit...(1 << 40))
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
/// It contains no query, header fields or body, because they may contain secrets.
public struct HTTPRequestRecord: Sendable {
  /// The ``HTTPRequest/id``.
  public let id: String
  /// The method as sent, so it can be `HEAD`. Nil if the request line could not be parsed.
  public let method: HTTPMethod?
  /// The path as sent, without the query. Nil if the request line could not be parsed. Clients choose it, so use the
  /// route instead as the label of a metric.
  public let path: String?
  /// The status of the response.
  public let status: Int
  /// The time from the end of the request line until the response was ready to be sent.
  public let duration: Duration
  /// The address of the client.
  public let remoteAddress: String
  /// The address of the proxy that forwarded the request; nil if the client itself sent it. If the request was rejected
  /// before its header was read, the proxy counts as the client.
  public let proxyAddress: String?
  /// The number of body bytes received.
  public let requestBytes: Int
  /// The number of body bytes in the response.
  public let responseBytes: Int

  /// Creates a record, for tests of logs and metrics.
  public init(
    id: String, method: HTTPMethod?, path: String?, status: Int, duration: Duration, remoteAddress: String,
    proxyAddress: String? = nil, requestBytes: Int, responseBytes: Int
  ) {
    self.id = id
    self.method = method
    self.path = path
    self.status = status
    self.duration = duration
    self.remoteAddress = remoteAddress
    self.proxyAddress = proxyAddress
    self.requestBytes = requestBytes
    self.responseBytes = responseBytes
  }
}
