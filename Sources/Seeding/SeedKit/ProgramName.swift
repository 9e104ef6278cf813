/// The name of the running program, for the commands in messages.
package enum ProgramName {
  /// The name by which a user calls it. A program with its own seed command sets its own name.
  @TaskLocal package static var current = "seed-runner"

  /// A message in which the commands of seed-runner, such as `'seed-runner plan'`, have the name of the program.
  package static func named(_ message: String) -> String {
    current == "seed-runner" ? message : message.replacing("'seed-runner ", with: "'\(current) ")
  }
}
