// A server with an event loop: Hummingbird, Vapor or your own.

import SeedKit
import Seeding

let seeding = try makeSeeding()

// In blocking mode this returns when seeding has ended or the time limit has passed. It never throws.
// The server decides whether to listen if seeding failed.
await seeding.start()

// Here the server listens until it is stopped.
print(describe(seeding.state))

// A running seeder is rolled back. The next start runs it again.
await seeding.stop()
