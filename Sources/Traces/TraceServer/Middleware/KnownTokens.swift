import FoundationEssentials
import Threads
import TraceStore

/// A cache of recently verified tokens, so that not every request needs an additional query.
///
/// A valid token is verified again after ten seconds, so a revoked token stops working within that time. An invalid one
/// is remembered as long, so that repeating it costs no query.
final class KnownTokens: Sendable {
  /// What is known of a token.
  enum Finding: Sendable, Equatable {
    case owner(Accounts.Identity)
    case invalid
    /// It was valid a while ago, and has to be verified again.
    case outdated
    case unknown
  }

  private struct Entry {
    let owner: Accounts.Identity
    let end: ContinuousClock.Instant
  }

  private struct State {
    var valid: [[UInt8]: Entry] = [:]
    var invalid: [[UInt8]: ContinuousClock.Instant] = [:]
    /// The addresses that have used up their limit with invalid tokens.
    var blocked: [String: ContinuousClock.Instant] = [:]
  }

  private static let lifetime: Duration = .seconds(10)
  /// How long a token that was valid is verified again even if its address is blocked, because others share addresses.
  private static let memory: Duration = .seconds(3600)
  private static let most = 10_000

  private let state = Lock(State())

  subscript(digest: [UInt8]) -> Finding {
    let now = ContinuousClock.now
    return state.withLock { state in
      if let entry = state.valid[digest] { return entry.end > now ? .owner(entry.owner) : .outdated }
      return state.invalid[digest].map { $0 > now } ?? false ? .invalid : .unknown
    }
  }

  func remember(_ owner: Accounts.Identity, of digest: [UInt8]) {
    let now = ContinuousClock.now
    state.withLock { state in
      Self.makeRoom(in: &state.valid) { $0.end + Self.memory > now }
      state.valid[digest] = Entry(owner: owner, end: now + Self.lifetime)
    }
  }

  func rememberInvalid(_ digest: [UInt8]) {
    let now = ContinuousClock.now
    state.withLock { state in
      state.valid[digest] = nil
      Self.makeRoom(in: &state.invalid) { $0 > now }
      state.invalid[digest] = now + Self.lifetime
    }
  }

  /// Forgets a token, so that it is verified at its next use.
  func forget(_ digest: [UInt8]) { state.withLock { $0.valid[digest] = nil } }

  /// Forgets all tokens of a user.
  func forget(_ user: UUID) {
    state.withLock { state in state.valid = state.valid.filter { $0.value.owner.user != user } }
  }

  /// Refuses queries for unknown tokens from an address for some time.
  func block(_ address: String, for duration: Duration) {
    let now = ContinuousClock.now
    state.withLock { state in
      Self.makeRoom(in: &state.blocked) { $0 > now }
      state.blocked[address] = now + duration
    }
  }

  func isBlocked(_ address: String) -> Bool {
    let now = ContinuousClock.now
    return state.withLock { $0.blocked[address].map { $0 > now } ?? false }
  }

  private static func makeRoom<Key, Value>(in entries: inout [Key: Value], keeping: (Value) -> Bool) {
    guard entries.count >= most else { return }
    entries = entries.filter { keeping($0.value) }
    if entries.count >= most { entries.removeAll() }
  }
}
