// The shop's server. With AUTO_SEED_DATABASE=true it seeds its database before it opens.

import Bookshop
import SeedKit

let settings = try Settings.fromEnvironment(keys: AnySettingKey.seeding + [AnySettingKey(.discount)])
let seeding = try StartupSeeding(
  seeders: [Authors(), Books(discount: settings[.discount])], settings: settings)
let state = await seeding.start()
print(state.isSuccess ? "open" : "closed: \(state.failure ?? "a seeder failed")")
