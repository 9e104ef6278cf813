import Bookshop
import SeedCLI
import SeedKit

/// The shop's seed command. The seeder of genres is the folder `Seeders/genres`, which is discovered automatically.
@main
struct BookshopSeeds: SeedCommand {
  static let summary = "Fill the database of the bookshop."
  static let modules = [CommandModule.bookshop]

  static func seeders(for settings: Settings) throws -> [any SeederProtocol] {
    [Authors(), Books(discount: settings[.discount])]
  }
}
