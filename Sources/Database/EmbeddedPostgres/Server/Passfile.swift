import Postgres

/// The password for TCP, in a file that only the server's user and root can read.
enum Passfile {
  /// 32 bytes of the system's random number generator (getrandom), in hexadecimal.
  static func makePassword() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Lines in libpq's format. Only for this machine, so that libpq never sends the password elsewhere.
  static func text(role: String, password: String) -> String {
    let role = role.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
    return ["127.0.0.1", "\\:\\:1", "localhost"].map { "\($0):*:*:\(role):\(password)\n" }.joined()
  }

  /// Sets a password for the role and writes the file, unless it exists.
  static func ensure(_ cluster: Cluster, role: String, on connection: PostgresConnection) async throws {
    let prefix = "127.0.0.1:*:*:" + role.replacing("\\", with: "\\\\").replacing(":", with: "\\:") + ":"
    let present = try cluster.user.accessingFiles { FileSystem.read(cluster.passfile) }
    if present?.hasPrefix(prefix) == true { return }
    let password = makePassword()
    // Passed as a parameter, so that the password is not in a statement's text, log or error.
    try await connection.query("SELECT set_config('seed_runner.role', \(role), false)")
    try await connection.query("SELECT set_config('seed_runner.password', \(password), false)")
    try await connection.query(
      """
      DO $$ BEGIN
        SET LOCAL log_min_error_statement = 'panic';
        EXECUTE format('ALTER ROLE %I PASSWORD %L',
          current_setting('seed_runner.role'), current_setting('seed_runner.password'));
      END $$
      """)
    // Written last: if the file existed without the password being set, that would never be repaired.
    try cluster.user.accessingFiles {
      try FileSystem.write(text(role: role, password: password), to: cluster.passfile, permissions: 0o600)
    }
  }
}
