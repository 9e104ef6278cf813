import Migrations

/// What a user of the service shows to be known: `ct_` and 256 random bits.
///
/// It shows in no description. Only its SHA-256 is stored, which needs no salt and no slow function: nobody
/// guesses 256 random bits.
public struct APIToken: Sendable {
  /// What every token begins with, so that one that leaked is recognised for what it is.
  public static let prefix = "ct_"
  private static let digits = 64

  /// The token itself. To be shown once, and never to be logged.
  public let value: String
  /// What is stored of it.
  public var digest: [UInt8] { Digest.sha256(Array(value.utf8)) }

  /// Makes a new one from the system's random numbers.
  public init() {
    var generator = SystemRandomNumberGenerator()
    value =
      Self.prefix
      + (0..<4).map { _ in
        let digits = String(generator.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
  }

  /// Takes a token as somebody sent it. Nil if no token looks like that.
  public init?(_ text: some StringProtocol) {
    let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard text.hasPrefix(Self.prefix), digits.count == Self.digits,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    value = String(text)
  }
}

extension APIToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `ct_****`
  public var description: String { Self.prefix + "****" }
  /// `ct_****`
  public var debugDescription: String { description }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
