// The shop's server: with AUTO_SEED_DATABASE=true it seeds itself before it sells.

import Bookshop
import FoundationEssentials
import Postgres
import SeedKit

let keys = AnySettingKey.seeding + [AnySettingKey(.discount)]
let settings = try Settings.load(
  flags: [:], environment: ProcessInfo.processInfo.environment, configDirectory: nil, keys: keys)
let seeding = StartupSeeding(
  registry: try SeederRegistry([Authors(), Books(discount: settings[.discount])]),
  environment: settings[.environment],
  configuration: try PostgresConfiguration(
    url: settings[.databaseURL]?.value ?? "postgresql://localhost/shop"),
  fixtures: FixtureStore(files: [:]), options: StartupSeeding.Options(settings))
let state = await seeding.run()
print(state.isSuccess ? "open" : "closed: \(state.failure ?? "a seeder failed")")
