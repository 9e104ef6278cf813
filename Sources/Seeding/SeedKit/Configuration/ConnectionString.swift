import Postgres

/// Checks and masks connection strings.
enum ConnectionString {
  static let expected = "postgresql://user:password@host:port/database"

  /// Throws for a malformed string. The reason quotes nothing of it.
  ///
  /// The client's reason is used only if it quotes nothing: a password with an unescaped `?` or `&` is parsed as a
  /// parameter, which the reason would quote.
  static func check(_ text: String) throws(SettingValueError) {
    // With an unescaped '/' in the password, a part of it would be parsed as the database name, which is shown.
    let path = text.firstRange(of: "://").map { text[$0.upperBound...] }?.prefix { $0 != "?" }.drop {
      $0 != "/"
    }
    guard !(path ?? "").contains("@") else {
      throw refusal("an '@' follows the host (in a password, write / as %2F and @ as %40)")
    }
    let reason: String
    do {
      _ = try PostgresConfiguration(url: text)
      return
    } catch let error as PostgresError {
      reason = error.message
    } catch {
      reason = "''"
    }
    guard reason.count(where: { $0 == "'" }) < 2, let detail = reason.firstRange(of: "malformed: ") else {
      throw refusal(
        "a parameter after the '?' is unknown or invalid (in a password, write ? as %3F and & as %26)")
    }
    // Without the sentence about the expected format, which the fault has anyway.
    throw refusal(String(reason[detail.upperBound...].prefix { $0 != "." }))
  }

  private static func refusal(_ reason: String) -> SettingValueError {
    SettingValueError(found: "a connection string (not shown): \(reason)")
  }

  /// The string without password and parameters.
  static func mask(_ text: String) -> String {
    (try? PostgresConfiguration(url: text))?.description ?? "****"
  }
}
