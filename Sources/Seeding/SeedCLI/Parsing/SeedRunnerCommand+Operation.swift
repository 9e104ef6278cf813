// The commands for operation: what can be wrong.

extension SeedRunnerCommand {
  static func doctor(_ modules: [CommandModule]) -> CommandSpec {
    let checks = modules.flatMap(\.doctorChecks)
    let topics =
      ["the configuration", "the way to the server", "TLS", "versions", "rights", "poolers", "migrations"]
      + checks.filter(\.isConnected).compactMap(\.topic)
      + ["disk space", "clocks", "connections", "locks"]
      + checks.filter { !$0.isConnected }.compactMap(\.topic)
    return CommandSpec(
      name: "doctor", abstract: "Check everything that a run needs, with a remedy for each failure",
      discussion: """
        Looks at \(topics.dropLast().joined(separator: ", ")) and \(topics.last ?? ""). Changes nothing \
        and starts nothing. Checks that do not depend on one that failed are made all the same; each has a \
        time limit. Exit code 4 if a check fails, 78 if it is the configuration's, 0 with nothing but warnings.
        """,
      options: [
        OptionSpec(
          name: "older-than", value: .required(valueName: "SECONDS"), range: 0...86_400,
          summary: "Tell of transactions that have been open for longer", defaultText: "300")
      ] + Option.common,
      examples: [
        .init(summary: "What is wrong, for a program", line: "seed-runner doctor --format json")
      ])
  }

  static let config = CommandSpec(
    name: "config", abstract: "Explain every setting: its value, where that comes from, what it may be",
    discussion: """
      An option goes before an environment variable, that before the environment's file in the settings' \
      folder, that before default.json there, and that before what is built in. Secrets are masked.
      """,
    options: [
      OptionSpec(name: "brief", summary: "A line for each setting, without explanations"),
      OptionSpec(name: "schema", summary: "Print the JSON Schema of the settings' files, for editors"),
    ] + Option.common,
    rules: [.excludes(["schema"], ["brief"])],
    arguments: [
      ArgumentSpec(
        name: "SETTING", summary: "Which: 'seed.jobs', all of 'seed', or a variable; all without one",
        isRequired: false, isRepeating: true)
    ],
    examples: [
      .init(summary: "What is set for continuous integration", line: "seed-runner config --env ci --brief")
    ])

  static let man = CommandSpec(
    name: "man", abstract: "Print the manual page, made from what the help is made from",
    options: [Option.help],
    examples: [
      .init(summary: "Read it", line: "seed-runner man | man -l -"),
      .init(
        summary: "Install it, for 'man seed-runner'",
        line: "seed-runner man > /usr/local/share/man/man1/seed-runner.1"),
    ])
}
