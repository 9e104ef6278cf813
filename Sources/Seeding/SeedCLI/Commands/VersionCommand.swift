import SeedKit

/// The answer to `--version`.
struct VersionCommand: Encodable {
  let program: String
  let version = ProgramVersion.current
  let released = ProgramVersion.date
  /// Null if unknown.
  let commit = ProgramVersion.commit
  let build = ProgramVersion.build

  init(program: String) { self.program = program }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(program, forKey: .program)
    try members.encode(version, forKey: .version)
    try members.encode(released, forKey: .released)
    // Also if it is nil, so that the key always exists.
    try members.encode(commit, forKey: .commit)
    try members.encode(build, forKey: .build)
  }

  private enum CodingKeys: CodingKey { case program, version, released, commit, build }

  /// Writes the version as a line of text, or as JSON.
  func answer(_ console: Console, isJSON: Bool) throws {
    guard isJSON else { return console.answer("\(program) \(version)") }
    try console.answer(json: self)
  }
}
