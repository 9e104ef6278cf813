// A server with an event loop: Hummingbird, Vapor, or one of your own.

import SeedKit
import Seeding

let seeding = try makeSeeding()

// In blocking mode this returns when all is seeded, or when the time limit has passed; it never throws.
// Whether to listen although seeding failed is for the server to decide.
await seeding.start()

// Here the server listens until it is told to end.
print(describe(seeding.state))

// A seeder that still runs is rolled back; the next start goes on.
await seeding.stop()
