/// A value that shows in no description, error or dump. Only ``value`` gives it away.
public struct Secret<Value: Sendable>: Sendable {
  /// The value itself. Never put it into a text that somebody may read.
  public let value: Value

  /// Wraps a value.
  public init(_ value: Value) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `****`
  public var description: String { "****" }

  /// `****`
  public var debugDescription: String { "****" }

  /// Nothing to look into, so that `dump` and a failed test's output show nothing either.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
