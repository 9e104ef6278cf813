import Postgres

/// How connection strings are checked and shown.
enum ConnectionString {
  static let expected = "postgresql://user:password@host:port/database"

  /// Throws for a malformed string, with a reason that quotes nothing of it.
  ///
  /// The client's own reason is passed on only if it quotes nothing: a password with an unescaped `?` or
  /// `&` is read as a parameter, and the reason would name a piece of it.
  static func check(_ text: String) throws(SettingValueError) {
    // Read as the standard reads it, an unescaped '/' would make a piece of the password the database's
    // name, which is shown.
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
    // Behind the sentence stands the form that is expected, which the fault names anyway.
    throw refusal(String(reason[detail.upperBound...].prefix { $0 != "." }))
  }

  private static func refusal(_ reason: String) -> SettingValueError {
    SettingValueError(found: "a connection string (not shown): \(reason)")
  }

  /// The string without its password and its parameters.
  static func mask(_ text: String) -> String {
    (try? PostgresConfiguration(url: text))?.description ?? "****"
  }
}
