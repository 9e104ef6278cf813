import Basics
import Embeddings
import FoundationEssentials
import HTTPServer
import RateLimiter
import SeedKit
import SeedTesting
import Testing
import TraceStore

@testable import TraceServer

@Suite("The log of trace-server")
struct ServerLogTests {
  /// Line breaks, escape sequences, C1 controls, bidirectional controls, separators, quotes, and a lot of it.
  private static let evil =
    "a\r\nb\nGET /forged 200 \u{1B}[2J\u{9B}31m\u{7}\u{0}\u{85}\u{2028}\u{2029}\u{202E}\u{2066}\u{200F}\u{61C}\"\\ "
    + String(repeating: "x\u{1B}é", count: 10_000)

  private static let workerEvents: [EmbeddingWorkerEvent] = [
    .started(name: evil, model: EmbeddingModel(id: evil, version: evil)),
    .stored(1, stale: 2, took: .microseconds(1_234_567)), .failed(UUID(), attempt: 1, reason: evil),
    .gaveUp(UUID(), attempts: 1, reason: evil), .providerFailed(evil, pause: .seconds(1)),
    .databaseFailed(evil, pause: .seconds(1)), .foreign(stamp: evil, own: evil), .recovered,
    .stopped(EmbeddingWorkerRecord.Counts()),
  ]

  /// Every event, with text from outside in every field that can have some.
  private static let events: [ServerEvent] =
    [
      .starting(host: evil, port: 1), .private(host: evil, port: 1), .listening(host: evil, port: 1),
      .request(record(method: evil, path: evil, address: evil, proxy: evil, id: evil)),
      .request(record(method: nil, path: nil, address: "192.0.2.1", id: "1")),
      .failed(requestID: evil, evil), .redis(.unavailable(reason: evil)),
      .redis(.available(after: .microseconds(1_234_567), undecided: 3)), .stopping(grace: .seconds(10)),
      .stopped, .lost(3),
    ] + workerEvents.map { .worker($0) }

  private static func record(
    method: String?, path: String?, address: String, proxy: String? = nil, id: String
  ) -> HTTPRequestRecord {
    HTTPRequestRecord(
      id: id, method: method.map { HTTPMethod(rawValue: $0) }, path: path, status: 404,
      duration: .nanoseconds(1_234_567), remoteAddress: address, proxyAddress: proxy, requestBytes: 0,
      responseBytes: 9)
  }

  private func expectHarmless(_ line: String) {
    #expect(
      !line.unicodeScalars.contains(where: TerminalText.isActive), "\(line.prefix(200).debugDescription)")
    // Escaping makes a byte up to six times as long.
    #expect(line.utf8.count < 30_000)
  }

  @Test("has one line of bounded length without control characters for every event, whatever its fields")
  func text() {
    for event in Self.events { expectHarmless(ServerLine.text(event, at: Date())) }
  }

  @Test("has one JSON object with time, level, event and run for every event, whatever its fields")
  func json() throws {
    let id = UUID()
    for event in Self.events {
      let line = ServerLine.json(event, at: Date(timeIntervalSince1970: 0), id: id)
      expectHarmless(line)
      // The parser rejects NUL, which is escaped here.
      let members = try JSONParser.parse(Array(line.replacing("\\u0000", with: "").utf8)).members()
      #expect(members.prefix(4).map(\.key) == ["time", "level", "event", "run_id"])
      #expect(Set(members.map(\.key)).count == members.count)
      #expect(try members[0].value.string() == "1970-01-01T00:00:00.000Z")
      #expect(try members[3].value.string() == id.uuidString.lowercased())
    }
  }

  @Test("has the same number of words for every request, so that a path cannot add a field")
  func words() {
    let usual = Self.record(method: "GET", path: "/a", address: "192.0.2.1", id: "1")
    let count = "\(ServerEvent.request(usual))".split(separator: " ").count
    for path in ["/a b 200 1 ms", "/\r\nGET", "/\u{a0}\u{3000}x", "/%20", Self.evil] {
      let line =
        "\(ServerEvent.request(Self.record(method: path, path: path, address: "192.0.2.1", id: "1")))"
      #expect(line.split(separator: " ").count == count, "\(line.prefix(200))")
      #expect(line.utf8.count < 2_500 && line.allSatisfy { $0.isASCII || $0 == "…" })
    }
    #expect(
      "\(ServerEvent.request(Self.record(method: "A", path: "/\u{202E}", address: "b", id: "1")))"
        .hasPrefix("A /%E2%80%AE 404 1.2 ms 9 B from b id=1"))
  }

  @Test("rounds durations")
  func durations() {
    #expect(
      "\(ServerEvent.redis(.available(after: .microseconds(1_234_567), undecided: 3)))".contains(
        "after 1.2 s;"))
    let usual = Self.record(method: "GET", path: "/a", address: "192.0.2.1", id: "1")
    #expect("\(ServerEvent.request(usual))" == "GET /a 404 1.2 ms 9 B from 192.0.2.1 id=1")
  }

  @Test("has the client's address, and says that it is forwarded if the proxy is trusted")
  func forwarded() async throws {
    try await TemporaryDatabase.with { database in
      for (proxies, address) in [
        ("127.0.0.0/8", "from 203.0.113.9 via 127.0.0.1 id="), ("10.0.0.0/8", "from 127.0.0.1 id="),
      ] {
        let end = try await TraceServerBinary.with(url: database.url, variables: ["TRUSTED_PROXIES": proxies])
        {
          server in
          for line in ["GET /health", "GET /nothing", "POST /api/v1/auth/register"] {
            _ = try await server.send(
              "\(line) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 1.1.1.1, 203.0.113.9\r\n\r\n"
            )
          }
        }
        for path in ["/health 200", "/nothing 404", "/api/v1/auth/register 415"] {
          let lines = end.errors.split(separator: "\n").filter { $0.contains(path) }
          #expect(lines.contains { $0.contains(address) }, "\(path): \(lines)")
        }
      }
    }
  }

  @Test(
    "of the program has no control characters, whatever a client sends, and each line begins with the time")
  func program() async throws {
    try await TemporaryDatabase.with { database in
      for format in ["text", "json"] {
        let end = try await TraceServerBinary.with(
          url: database.url, arguments: ["--log-format", format], variables: ["AUTO_SEED_DATABASE": "true"]
        ) { server in
          let long = String(repeating: "y", count: 15_000)
          for path in ["/\u{1B}[2J\u{202E}\u{9B}x", "/\(long)", "/%1b%0d%0a", "/a\tb"] {
            _ = try await server.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = try await server.send(
              "\(path.dropFirst()) / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          }
        }
        let lines = end.errors.split(separator: "\n")
        #expect(lines.count > 10)
        for line in lines {
          #expect(!line.unicodeScalars.contains(where: TerminalText.isActive) && line.utf8.count < 5_000)
          if format == "json" {
            #expect(throws: Never.self) { try JSONParser.parse(Array(line.utf8)).member("time") }
          } else {
            #expect(line.prefixMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\s/) != nil, "\(line)")
          }
        }
        #expect(end.errors.contains("/%1B[2J%E2%80%AE"))
      }
    }
  }
}
