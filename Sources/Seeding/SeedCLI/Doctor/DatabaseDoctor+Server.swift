import FoundationEssentials
import Postgres
import SeedKit

extension DatabaseDoctor {
  /// Checks that the server's version is supported.
  func serverVersion() -> DoctorVerdict {
    let major = connection.serverVersion / 10_000
    let found = "PostgreSQL \(major).\(connection.serverVersion % 10_000)"
    if major < 15 {
      return .failure(found, fix: "use PostgreSQL 15 to 18; older versions are not supported")
    }
    guard major <= 18 else {
      return .warning(found, fix: "use PostgreSQL 15 to 18, the tested versions")
    }
    return .ok(found)
  }

  /// Checks that the server is a primary and that transactions are not read-only by default.
  func writable() async throws -> DoctorVerdict {
    let (isReplica, isReadOnly, source) = try await connection.queryOne(
      """
      SELECT pg_is_in_recovery(), setting = 'on', source FROM pg_settings
      WHERE name = 'default_transaction_read_only'
      """
    ).decode(Bool.self, Bool.self, String.self)
    if isReplica {
      return .failure(
        "a read-only replica",
        fix: "connect to the primary, or list all hosts and add target_session_attrs=read-write")
    }
    guard isReadOnly else { return .ok("a primary that accepts writes") }
    let fix =
      switch source {
      case "database": "run: ALTER DATABASE … RESET default_transaction_read_only"
      case "user": "run: ALTER ROLE … RESET default_transaction_read_only"
      case "database user": "run: ALTER ROLE … IN DATABASE … RESET default_transaction_read_only"
      case "client": "remove default_transaction_read_only from PGOPTIONS or from the options in DATABASE_URL"
      default: "set default_transaction_read_only to off on the server"
      }
    return .failure("transactions are read-only by default, as set by the \(source)", fix: fix)
  }

  /// Compares the clocks of client and server. The result is accurate to half of the round-trip time.
  func clock() async throws -> DoctorVerdict {
    let before = Date().timeIntervalSince1970
    let server = try await connection.queryOne("SELECT clock_timestamp()").decode(Date.self)
      .timeIntervalSince1970
    let after = Date().timeIntervalSince1970
    let skew = server - (before + after) / 2
    let doubt = (after - before) / 2
    func shown(_ seconds: Double) -> String { Text.duration(.milliseconds(seconds * 1000)) }
    guard abs(skew) - doubt > 2 else { return .ok("client and server differ by less than 2 s") }
    return .warning(
      "the server's clock is \(shown(abs(skew))) \(skew > 0 ? "ahead of" : "behind") this machine's",
      fix: "synchronize both clocks with NTP ('timedatectl set-ntp true')")
  }

  /// Reports the server's time zone. Runs use UTC regardless of it, but other clients may not.
  func timeZone() async throws -> DoctorVerdict {
    let (name, offset) = try await connection.queryOne(
      "SELECT current_setting('TimeZone'), extract(timezone FROM now())::integer"
    ).decode(String.self, Int32.self)
    guard offset != 0 else { return .ok(name) }
    return .ok(
      "\(name), \(offset > 0 ? "+" : "")\(offset / 60) min from UTC; "
        + "runs read timestamps without a time zone as UTC")
  }

  /// Compares the free connections of the server, the role and the database with what a run needs.
  func connections() async throws -> DoctorVerdict {
    guard !(try await isPooled) else { return .skipped("managed by the pooler") }
    let (maximum, reserved, used, roleLimit, roleUsed, databaseLimit, databaseUsed) =
      try await connection.queryOne(
        """
        SELECT current_setting('max_connections')::integer,
          current_setting('superuser_reserved_connections')::integer
            + coalesce(current_setting('reserved_connections', true), '0')::integer,
          (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
          (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),
          (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user),
          (SELECT datconnlimit FROM pg_database WHERE datname = current_database()),
          (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())
        """
      ).decode(Int32.self, Int32.self, Int.self, Int32.self, Int.self, Int32.self, Int.self)
    var left = Int(maximum - reserved) - used
    var cause = "max_connections is \(maximum), \(reserved) of them reserved"
    if roleLimit >= 0, Int(roleLimit) - roleUsed < left {
      left = Int(roleLimit) - roleUsed
      cause = "the role is limited to \(roleLimit)"
    }
    if databaseLimit >= 0, Int(databaseLimit) - databaseUsed < left {
      left = Int(databaseLimit) - databaseUsed
      cause = "the database is limited to \(databaseLimit)"
    }
    left = max(0, left)
    // In addition to one per job, a run has a connection that migrates and one that watches.
    let settings = [.jobs] + doctor.modules.flatMap(\.connectionCounts)
    let needed = (settings.map { session.settings[$0] }.max() ?? 0) + 2
    let found = "\(left) left (\(cause), \(used) in use); a run uses up to \(needed)"
    guard left < needed else { return .ok(found) }
    return .warning(
      found,
      fix: "lower \(settings.compactMap(\.variables.first).joined(separator: " and ")), "
        + "end idle connections, or raise the limit")
  }
}
