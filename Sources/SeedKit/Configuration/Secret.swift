/// A value that shows in no description, error or dump.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The value itself.
  public let value: Value

  /// Wraps a value.
  public init(_ value: Value) { self.value = value }

  /// `****`
  public var description: String { "****" }
  /// `****`
  public var debugDescription: String { "****" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
