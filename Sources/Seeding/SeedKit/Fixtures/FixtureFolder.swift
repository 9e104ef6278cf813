import FoundationEssentials
import Glibc

/// Reads fixtures that lie outside the program: a file, or the files of a folder.
public enum FixtureFolder {
  /// What a file may have: a hundred times more than any that people write, and little enough to be
  /// held in memory. 64 MiB.
  public static let fileSizeLimit = 64 << 20
  /// What the files of a folder may have together. 256 MiB.
  public static let totalSizeLimit = 256 << 20

  /// Reads the file, or every file of the folder whose name ends in `.json`, in the order of the
  /// names. Folders inside it and names that begin with a point are left out.
  ///
  /// Only regular files are read. A symbolic link inside the folder is followed only to a file
  /// inside the folder; where the path itself leads is its caller's choice.
  ///
  /// - Throws: ``FixtureError`` with all faults: what is missing, cannot be read, is too large, is no
  ///   regular file or leads out of the folder.
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
