// A program without an event loop, such as a server that accepts connections on its own threads.

import SeedKit
import Seeding

let seeding = try makeSeeding()

// Blocks the main thread. The compiler rejects this call in asynchronous code.
seeding.startBlocking()

// Here the program serves until it is stopped.
print(describe(seeding.state))

seeding.stopBlocking()
