import CResources
import Glibc

/// The files that `Sources/Resources/files.c` embeds into the program.
package enum Resources {
  /// The files of a folder in the order of the table, with their names relative to the folder.
  package static func files(in folder: String) -> [(name: String, bytes: [UInt8])] {
    table.compactMap { file in
      let name = String(cString: file.name)
      return name.hasPrefix("\(folder)/")
        ? (String(name.dropFirst(folder.utf8.count + 1)), bytes(of: file)) : nil
    }
  }

  /// The contents of a file; nil if it is not embedded.
  package static func file(_ name: String) -> [UInt8]? {
    table.first { strcmp($0.name, name) == 0 }.map(bytes)
  }

  private static var table: UnsafeBufferPointer<resource> {
    var count = 0
    return UnsafeBufferPointer(start: resources(&count), count: count)
  }

  private static func bytes(of file: resource) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: file.text, count: strlen(file.text)))
  }
}
