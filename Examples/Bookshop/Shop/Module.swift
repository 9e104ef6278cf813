import Postgres
package import SeedCLI
package import SeedKit

extension SettingKey where Value == Int {
  /// The seasonal discount, 0 to 90 percent. 0 by default.
  package static let discount = SettingKey(
    "bookshop.discount", variables: "BOOKSHOP_DISCOUNT", flag: "discount", default: 0, in: 0...90,
    unit: "percent", summary: "Seasonal discount")
}

extension CommandModule {
  /// The command, setting and doctor check that the shop adds to its seed command.
  package static let bookshop = CommandModule(
    settings: [.init(.discount)],
    runOptions: [.init(OptionSpec(.discount))],
    commands: [
      .init(
        CommandSpec(name: "prices", abstract: "List the books with their prices", options: OptionSpec.common),
        run: { context in
          let rows = try await PostgresConnection.with(context.database()) {
            try await $0.query("SELECT title, cents FROM books ORDER BY title")
          }
          for row in rows {
            let (title, cents) = try row.decode(String.self, Int32.self)
            context.answer("\(title): \(cents) cents")
          }
          return .success
        })
    ],
    doctorChecks: [
      .init(onConnection: "prices", topic: "prices") { _, connection in
        let exists = "SELECT to_regclass('books') IS NOT NULL" as PostgresQuery
        guard try await connection.queryOne(exists).decode(Bool.self) else {
          return .skipped("the table 'books' does not exist yet")
        }
        let free = try await connection.queryOne("SELECT count(*) FROM books WHERE cents = 0").decode(
          Int.self)
        return free == 0
          ? .ok("every book has a price")
          : .failure("\(free) books are free", fix: "lower BOOKSHOP_DISCOUNT and seed again")
      }
    ])
}
