import FoundationEssentials
import Glibc

/// Reads fixtures outside the program: a file, or the files of a folder.
public enum FixtureFolder {
  /// The maximum size of a file. 64 MiB, which fits in memory and is far more than needed.
  public static let fileSizeLimit = 64 << 20
  /// The maximum total size of a folder's files. 256 MiB.
  public static let totalSizeLimit = 256 << 20

  /// Reads the file, or every `.json` file of the folder in the order of names. Subfolders and names that begin
  /// with a dot are ignored.
  ///
  /// Only regular files are read. A symbolic link in the folder must lead to a file inside the folder. The path
  /// itself may be a link to anywhere.
  ///
  /// - Throws: ``FixtureError`` with all faults: files that are missing, unreadable, too large, not regular, or
  ///   outside the folder.
  public static func read(_ path: String) throws -> [FixtureFile] {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else {
      return [try file(path)]
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
    } catch {
      throw fault(path, found: "a folder that cannot be listed", expected: "a folder with JSON files")
    }
    guard !names.isEmpty else {
      throw fault(path, found: "a folder without .json files", expected: "a folder with JSON files")
    }
    let root = RegularFile.resolve(path) ?? path
    var faults: [FixtureFault] = []
    var files: [FixtureFile] = []
    var size = 0
    for name in names {
      let entry = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      do {
        if let target = RegularFile.resolve(entry), !target.hasPrefix(root == "/" ? root : root + "/") {
          throw fault(
            entry, found: "a symbolic link that leads out of the folder", expected: "a file inside it")
        }
        let file = try file(entry)
        size += file.bytes.count
        guard size <= totalSizeLimit else {
          throw fault(
            path, found: "more than \(totalSizeLimit) bytes in total",
            expected: "at most \(totalSizeLimit) bytes; split the folder")
        }
        files.append(file)
      } catch let error as FixtureError {
        faults += error.faults
        guard size <= totalSizeLimit else { break }
      }
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
    return files
  }

  private static func file(_ path: String) throws -> FixtureFile {
    do throws(RegularFile.Failure) {
      let bytes = try RegularFile.read(
        path, sizeLimit: fileSizeLimit, purpose: "a JSON file or a folder of JSON files")
      guard let bytes else {
        throw RegularFile.Failure(
          found: "no such file or folder", expected: "a JSON file or a folder of JSON files")
      }
      return FixtureFile(name: path, path: path, bytes: bytes)
    } catch {
      throw fault(path, found: error.found, expected: error.expected)
    }
  }

  private static func fault(_ path: String, found: String, expected: String) -> FixtureError {
    FixtureError([FixtureFault(.unreadableFile, file: path, found: found, expected: expected)])
  }
}
