import FoundationEssentials
import HTTPServer
import SeedKit
import Testing

@testable import TraceServer

@Suite("The OpenAPI document")
struct OpenAPITests {
  private let document: JSONNode

  init() throws { document = try JSONParser.parse(HealthController.document) }

  private func member(_ node: JSONNode?, _ key: String) throws -> JSONNode? { try node?.member(key)?.value }

  @Test("describes exactly the existing routes")
  func routes() throws {
    var described: Set<String> = []
    for path in try member(document, "paths")?.members() ?? [] {
      for operation in try path.value.members() {
        described.insert("\(operation.key.uppercased()) \(path.key)")
      }
    }
    #expect(described == Set(Router.routes.map { "\($0.method) \($0.pattern)" }))
    #expect(try member(document, "openapi")?.string() == "3.1.0")
  }

  @Test("says which routes require a token, and lists 429 for limited ones")
  func access() throws {
    for route in Router.routes {
      let path = try member(member(document, "paths"), route.pattern)
      let operation = try #require(try member(path, route.method.rawValue.lowercased()))
      let security = try member(operation, "security")?.array().map { try $0.members().map(\.key) }
      let responses = try #require(try member(operation, "responses")).members().map(\.key)
      switch route.access {
      case .users, .moderators:
        #expect(security == nil, "\(route.pattern): the document's own asks for a token")
      case .searchers: #expect(security == [["token"], []], "\(route.pattern)")
      case .everybody: #expect(security == [] || security == [[], ["token"]], "\(route.pattern)")
      case .unlimited: #expect(security == [], "\(route.pattern)")
      }
      let isLimited = route.access != .unlimited
      #expect(
        responses.contains("429") == isLimited && responses.contains("401") == isLimited, "\(route.pattern)")
    }
  }

  @Test("names every kind of problem")
  func problems() {
    let text = String(decoding: HealthController.document, as: UTF8.self)
    // No documented route can cause these.
    for kind in APIProblem.Kind.allCases where kind != .methodNotAllowed {
      #expect(text.contains("`\(APIProblem.typePrefix)\(kind.rawValue)`"), "\(kind)")
    }
  }

  @Test("has no dangling references")
  func references() throws {
    func walk(_ node: JSONNode) throws {
      switch node.value {
      case .object(let members):
        for member in members {
          if member.key == "$ref" {
            let parts = try member.value.string().dropFirst(2).split(separator: "/").map(String.init)
            let found = try parts.reduce(Optional(document)) { try self.member($0, $1) }
            #expect(found != nil, "\(parts)")
          }
          try walk(member.value)
        }
      case .array(let elements): for element in elements { try walk(element) }
      default: break
      }
    }
    try walk(document)
  }
}
