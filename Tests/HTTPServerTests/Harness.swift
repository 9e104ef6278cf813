import Glibc
import HTTPServer
import Synchronization

extension HTTPServer.Options {
  /// A free port, and deadlines so long that no test exceeds them by accident on a busy machine.
  static var patient: Self {
    var options = Self()
    options.port = 0
    options.keepAliveTimeout = .seconds(600)
    options.requestDeadline = .seconds(600)
    options.handlerDeadline = .seconds(600)
    options.responseDeadline = .seconds(600)
    return options
  }
}

/// Starts a server, passes it to `body`, and stops it.
func withServer(
  _ change: (inout HTTPServer.Options) -> Void = { _ in },
  grace: Duration = .seconds(10), handler: @escaping HTTPServer.Handler = echo,
  _ body: (HTTPServer) async throws -> Void
) async throws {
  var options = HTTPServer.Options.patient
  change(&options)
  let server = HTTPServer(options: options, handler: handler)
  try server.start()
  do {
    try await body(server)
  } catch {
    await server.stop(grace: .zero)
    throw error
  }
  await server.stop(grace: grace)
}

/// Echoes the request.
@Sendable func echo(_ request: HTTPRequest) async -> HTTPResponse {
  let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
  return HTTPResponse(
    headers: ["X-Segments": request.segments.joined(separator: "|"), "X-Query": query],
    text: "\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))")
}

func get(_ path: String, _ fields: String = "") -> String {
  "GET \(path) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n"
}

func post(_ path: String, _ body: String) -> String {
  "POST \(path) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// A gate that a test opens. Waiting ignores cancellation.
final class Gate: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func open() { continuation.finish() }

  /// Waits until the gate is open, even if the task is cancelled.
  func wait() async {
    let stream = stream
    await Task.detached { for await _ in stream {} }.value
  }
}

/// Blocks a thread until a test opens it.
final class Barrier: Sendable {
  private let ends: (Int32, Int32)

  init() {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    self.ends = (ends[0], ends[1])
  }

  func open() { close(ends.1) }

  func block() {
    var byte: UInt8 = 0
    _ = read(ends.0, &byte, 1)
  }

  deinit { close(ends.0) }
}

/// A counter that tasks can wait for.
final class Counter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .acquiring) }

  func add() { value.add(1, ordering: .acquiringAndReleasing) }

  /// Waits until the counter has reached a number.
  func reach(_ number: Int) async throws {
    while count < number { try await Task.sleep(for: .milliseconds(1)) }
  }
}

/// Records what the server reports about its responses.
final class Records: Sendable {
  private let stream: AsyncStream<HTTPRequestRecord>
  private let continuation: AsyncStream<HTTPRequestRecord>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func add(_ record: HTTPRequestRecord) { continuation.yield(record) }

  /// The next record. Waits for it if necessary.
  func next() async -> HTTPRequestRecord? {
    var iterator = stream.makeAsyncIterator()
    return await iterator.next()
  }
}
