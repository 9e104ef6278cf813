#pragma once
// What a script in Packaging links into the program. A weak symbol that nothing defines has the address NULL, so that
// other builds need no file that changes with each commit.
extern const char seed_runner_commit[] __attribute__((weak));
extern const char seed_runner_package[] __attribute__((weak));

/// The commit that the program was built from; NULL if it is unknown.
static inline const char *cbuild_commit(void) { return seed_runner_commit; }
/// What the program was built for, such as "portable"; NULL if a developer built it.
static inline const char *cbuild_package(void) { return seed_runner_package; }
