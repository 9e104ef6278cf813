/// A value that never appears in descriptions, errors or dumps. Only ``value`` returns it.
public struct Secret<Value: Sendable>: Sendable {
  /// The value itself. Never put it into messages or logs.
  public let value: Value

  /// Wraps a value.
  public init(_ value: Value) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `****`
  public var description: String { "****" }

  /// `****`
  public var debugDescription: String { "****" }

  /// No children, so that `dump` and failed tests do not show the value either.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
