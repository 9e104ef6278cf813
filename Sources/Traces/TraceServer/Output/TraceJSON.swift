import FoundationEssentials
import HTTPServer
import SeedKit
import TraceStore

extension HTTPResponse {
  /// A JSON response that must not be cached, because its content can change at any time.
  ///
  /// - Parameter size: the expected size in bytes.
  static func json(_ output: JSONOutput, status: Int = 200, size: Int = 1024) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
      body: output.bytes(reserving: size))
  }
}

extension JSONOutput {
  /// A date in ISO 8601 format in UTC.
  static func date(_ date: Date) -> JSONOutput { .text(TimestampText.of(date)) }
}

extension StoredTrace {
  /// The path of the trace in the API.
  var path: String { "/api/v1/traces/\(id.uuidString.lowercased())" }

  /// The fields of a trace in the API.
  var members: [JSONOutput.Member] {
    [
      .init(name: "id", value: .text(id.uuidString.lowercased())),
      .init(name: "title", value: .text(title)),
      .init(name: "context", value: .text(context)),
      .init(name: "solution", value: .text(solution)),
      .init(name: "tags", value: .array(tags.map(JSONOutput.text))),
      .init(name: "status", value: .text(status)),
      .init(name: "trust_score", value: .number(trustScore)),
      .init(name: "confirmation_count", value: .int(confirmationCount)),
      .init(name: "contributor", value: .text(contributor)),
      .init(name: "contributor_id", value: .text(contributorID.uuidString.lowercased())),
      .init(name: "agent_model", value: .optional(agentModel)),
      .init(name: "agent_version", value: .optional(agentVersion)),
      .init(name: "is_seed", value: .bool(isSeed)),
      .init(name: "is_flagged", value: .bool(isFlagged)),
      .init(name: "is_provisional", value: .bool(isProvisional)),
      .init(name: "is_searchable", value: .bool(isSearchable)),
      .init(name: "created_at", value: .date(createdAt)),
      .init(name: "updated_at", value: .date(updatedAt)),
    ]
  }
}

extension RankedSearch.Hit {
  /// The fields of a search result in the API: the trace, and the values that determine its rank.
  var members: [JSONOutput.Member] {
    [
      .init(name: "score", value: .number(score)),
      .init(name: "similarity", value: .number(similarity)),
    ] + trace.members
  }
}
