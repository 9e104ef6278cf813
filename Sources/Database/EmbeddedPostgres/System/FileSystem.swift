import Glibc

/// File operations with errors that contain the path.
enum FileSystem {
  struct Entry {
    let isDirectory: Bool
    let isSymbolicLink: Bool
    let owner: uid_t
    let permissions: mode_t
    let size: Int
    let identity: [UInt64]
    /// The size on disk in bytes.
    let allocated: Int
    /// In seconds since 1970.
    let modificationTime: Int

    fileprivate init(_ info: stat) {
      isDirectory = info.st_mode & S_IFMT == S_IFDIR
      isSymbolicLink = info.st_mode & S_IFMT == S_IFLNK
      owner = info.st_uid
      permissions = info.st_mode & 0o7777
      size = Int(info.st_size)
      identity = [UInt64(info.st_dev), UInt64(info.st_ino)]
      allocated = Int(info.st_blocks) * 512
      modificationTime = info.st_mtim.tv_sec
    }
  }

  /// The entry at a path, without following symbolic links; nil if it does not exist or is not accessible.
  static func entry(_ path: String) -> Entry? {
    var info = stat()
    return lstat(path, &info) == 0 ? Entry(info) : nil
  }

  /// The entry at a path, following symbolic links.
  static func target(_ path: String) -> Entry? {
    var info = stat()
    return stat(path, &info) == 0 ? Entry(info) : nil
  }

  static func entry(of descriptor: Int32) -> Entry? {
    var info = stat()
    return fstat(descriptor, &info) == 0 ? Entry(info) : nil
  }

  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The sorted names in a directory; empty if it cannot be read.
  static func list(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Up to `limit` bytes from `offset`, or from the end if `offset` is negative; nil if it cannot be read.
  static func read(_ path: String, offset: Int = 0, limit: Int = 65536) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    if offset != 0, lseek(descriptor, offset, offset < 0 ? SEEK_END : SEEK_SET) < 0 {
      // The file is shorter, so all of it is read.
      lseek(descriptor, 0, SEEK_SET)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Creates a directory. Returns false if it existed.
  @discardableResult
  static func makeDirectory(_ path: String, permissions: mode_t) throws -> Bool {
    if mkdir(path, permissions) == 0 {
      // Independent of the umask.
      chmod(path, permissions)
      return true
    }
    guard errno == EEXIST, target(path)?.isDirectory == true else {
      throw failure("create the directory", path)
    }
    return false
  }

  /// Replaces a file atomically, so that after a crash it has the old or the new contents.
  static func write(_ text: String, to path: String, permissions: mode_t) throws {
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
    guard descriptor >= 0 else { throw failure("write", temporary) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", temporary) }
      rest.removeFirst(count)
    }
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure("write", path) }
  }

  /// Removes a file or a directory with its contents. Does nothing if it does not exist.
  static func remove(_ path: String) throws {
    guard let entry = entry(path) else { return }
    if entry.isDirectory {
      for name in list(path) { try remove(path + "/" + name) }
      guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    } else {
      guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }
  }

  /// The size on disk of a directory and its contents, in bytes.
  static func diskUsage(_ path: String) -> Int {
    guard let entry = entry(path) else { return 0 }
    guard entry.isDirectory else { return entry.allocated }
    return list(path).reduce(entry.allocated) { $0 + diskUsage(path + "/" + $1) }
  }

  static func failure(_ action: String, _ path: String) -> EmbeddedPostgresError {
    let number = errno
    let fix =
      switch number {
      case ENOSPC, EDQUOT: "free some space on that disk"
      case EROFS: "choose a writable project directory"
      default: "grant your user access, or choose another project directory"
      }
    return EmbeddedPostgresError(
      .unusableDirectory, "cannot \(action): \(String(cString: strerror(number)))", path: path, fix: fix
    )
  }
}
