import Postgres
import SeedTesting
import Testing

/// The coordinator of a Citus cluster reports errors of other nodes. The server raises them here as Citus does.
@Suite("Errors of other nodes")
struct NodeErrorTests {
  private func error(_ state: String, _ message: String, detail: String = "") async throws -> PostgresError {
    try await TemporaryDatabase.with { database in
      let connection = try await PostgresConnection.connect(database.configuration)
      let found = await #expect(throws: PostgresError.self) {
        try await connection.runScript(
          "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '\(state)', MESSAGE = '\(message)', DETAIL = '\(detail)'; END $$"
        )
      }
      await connection.close()
      return try #require(found)
    }
  }

  @Test(
    "a lost node is transient and is named, whatever its SQLSTATE",
    arguments: [
      (
        "08006",
        "connection to the remote node postgres@10.0.0.7:5432 failed with the following error: no route",
        "10.0.0.7:5432"
      ),
      ("XX000", "failure on connection marked as essential: worker-2:5433", "worker-2:5433"),
      ("XX000", "failed to prepare transaction citus_0_1 on host worker-2:5433", "worker-2:5433"),
      ("58030", "failed to complete COPY on worker-1:5432", "worker-1:5432"),
      ("XX000", "failed to read result \"q\" from node worker-1:5432", "worker-1:5432"),
    ])
  func lostNode(state: String, message: String, node: String) async throws {
    let error = try await error(state, message)
    #expect(error.isTransient)
    #expect(error.node == node)
  }

  @Test(
    "a lost node without an address is transient",
    arguments: [
      "could not connect to any active placements", "server closed the connection unexpectedly",
      "terminating connection due to administrator command", "the database system is starting up",
    ])
  func unnamed(message: String) async throws {
    let error = try await error("XX000", message)
    #expect(error.isTransient)
    #expect(error.node == nil)
  }

  @Test(
    "other internal errors are permanent",
    arguments: ["cache lookup failed for type 5", "relation s is not distributed", "duplicate key value"])
  func permanent(message: String) async throws {
    #expect(try await !error("XX000", message).isTransient)
  }

  @Test("the message of a connection with another SQLSTATE is as transient as the SQLSTATE")
  func otherState() async throws {
    #expect(try await !error("23505", "failure on connection marked as essential: worker-2:5433").isTransient)
  }

  @Test("the description has the node once")
  func description() async throws {
    let named = try await error("XX000", "failure on connection marked as essential: worker-2:5433")
    #expect(!named.description.contains("Node:"))
    let inDetail = try await error(
      "23503", "a foreign key", detail: "while executing command on worker-2:5433")
    #expect(inDetail.description.contains("\nNode: worker-2:5433\n"))
  }
}
