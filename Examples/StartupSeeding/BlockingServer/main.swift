// A program without an event loop, such as one that accepts connections on threads of its own.

import SeedKit
import Seeding

let seeding = try makeSeeding()

// Blocks this thread, which is the program's own. In a task the compiler would refuse it.
seeding.startBlocking()

// Here the program serves until it is told to end.
print(describe(seeding.state))

seeding.stopBlocking()
