import Basics
import FoundationEssentials
import Glibc

extension Cluster {
  /// The folder for clusters of projects that the server's user cannot access.
  static let sharedRoot = "/var/lib/seed-runner"

  /// The existing cluster for the settings; nil if there is none.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `unusableDirectory` if it belongs to another user.
  static func existing(_ settings: EmbeddedPostgres.Settings) throws -> Cluster? {
    let project = try project(settings)
    let own = geteuid()
    for (home, isOutside) in homes(project, settings) {
      guard let entry = FileSystem.entry(home) else { continue }
      guard entry.isDirectory else {
        throw unusable("the data directory's path is not a directory", home, "remove it, or rename it")
      }
      let data = FileSystem.entry(home + "/data")
      guard let owner = ServerUser.withID(data?.owner ?? entry.owner) else {
        throw unusable(
          "its owner, user id \(data?.owner ?? entry.owner), does not exist on this system", home,
          "change its owner with chown, or remove it")
      }
      if own == 0 {
        if owner.id == 0 {
          // An empty folder was left between its creation and the change of its owner.
          guard data == nil else {
            throw unusable(
              "the data directory belongs to root, and PostgreSQL refuses to run as root", home,
              "change its owner (chown -R), or remove it")
          }
          continue
        }
      } else if owner.id != own {
        throw unusable(
          "the embedded PostgreSQL of this project belongs to user \(owner.name)", home,
          "run seed-runner as \(owner.name) or as root, or remove the folder")
      }
      return Cluster(home: home, user: owner, isOutsideProject: isOutside)
    }
    return nil
  }

  /// The cluster for the settings. Creates its folder if necessary.
  static func prepare(_ settings: EmbeddedPostgres.Settings) async throws -> Cluster {
    if let found = try existing(settings) {
      if let obstacle = try await found.user.obstacle(on: found.home, test: "-x") {
        throw unusable(
          "user \(found.user.name), who owns the embedded PostgreSQL, cannot access a folder",
          obstacle, "grant that user access (chmod o+x), or remove \(found.home)")
      }
      return found
    }
    let project = try project(settings)
    let user = try chooseUser(settings)
    for (home, isOutside) in homes(project, settings) {
      let parent = String(home[..<(home.lastIndex(of: "/") ?? home.endIndex)])
      if !isOutside {
        // Checked before anything is created, so that an inaccessible project stays unchanged.
        let nearest = FileSystem.entry(parent) == nil ? project : parent
        guard try await user.obstacle(on: nearest, test: "-x") == nil else { continue }
      }
      try makeHome(home, parent: parent, for: user, above: isOutside ? sharedRoot : project)
      if let obstacle = try await user.obstacle(on: home, test: "-x") {
        throw unusable(
          "user \(user.name), which runs PostgreSQL, cannot access a folder", obstacle,
          "grant that user access (chmod o+x), or configure another user")
      }
      return Cluster(home: home, user: user, isOutsideProject: isOutside)
    }
    throw unusable(
      "user \(user.name), which runs PostgreSQL, cannot access the project", project,
      "grant that user access (chmod o+x), or configure another user")
  }

  private static func makeHome(
    _ home: String, parent: String, for user: ServerUser, above: String
  ) throws {
    if above == sharedRoot { try FileSystem.makeDirectory(sharedRoot, permissions: 0o755) }
    let madeParent = try FileSystem.makeDirectory(parent, permissions: 0o755)
    guard user.isAnother else {
      try FileSystem.makeDirectory(home, permissions: 0o700)
      return
    }
    // The owner of the project could have created a link to another place.
    guard FileSystem.entry(parent)?.isSymbolicLink == false else {
      throw unusable(
        "the directory is a symbolic link, which root does not follow", parent, "replace it with a directory")
    }
    if madeParent, let owner = FileSystem.entry(above)?.owner, owner != 0 {
      // Otherwise the project's owner could not create files in it.
      lchown(parent, owner, gid_t.max)
    }
    try FileSystem.makeDirectory(home, permissions: 0o700)
    let descriptor = open(home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.failure("open", home) }
    defer { close(descriptor) }
    let owner = FileSystem.entry(of: descriptor)?.owner
    // Another process was faster.
    if owner == user.id { return }
    guard owner == 0, fchown(descriptor, user.id, user.group) == 0 else {
      throw FileSystem.failure("change the owner of", home)
    }
  }

  private static func chooseUser(_ settings: EmbeddedPostgres.Settings) throws -> ServerUser {
    let own = geteuid()
    guard own == 0 else {
      guard let user = ServerUser.withID(own) else {
        throw EmbeddedPostgresError(
          .noServerUser, "user id \(own) has no name on this system, and PostgreSQL requires one",
          fix: "add it to /etc/passwd, or set DATABASE_URL to use your own server")
      }
      return user
    }
    if let name = settings.serverUser {
      guard let user = ServerUser.named(name), user.id != 0 else {
        throw EmbeddedPostgresError(
          .invalidSettings,
          "user '\(name)' cannot run PostgreSQL: the user does not exist or is root",
          fix: "use an unprivileged user, or unset the setting")
      }
      return user
    }
    let caller = ProcessInfo.processInfo.environment["SUDO_USER"]
    let names = [caller, "seed-runner", "postgres", "nobody"].compactMap { $0 }
    for name in names {
      if let user = ServerUser.named(name), user.id != 0 { return user }
    }
    throw EmbeddedPostgresError(
      .noServerUser,
      "PostgreSQL cannot run as root, and none of these users exists: \(names.joined(separator: ", "))",
      fix: "create one (useradd --system seed-runner), or run seed-runner as an ordinary user")
  }

  private static func project(_ settings: EmbeddedPostgres.Settings) throws -> String {
    guard let path = FileSystem.realPath(settings.projectDirectory),
      FileSystem.target(path)?.isDirectory == true
    else {
      throw unusable("the project directory does not exist", settings.projectDirectory, "check its path")
    }
    return path
  }

  /// Possible folders of the cluster, in order of preference. Only root can use the second one.
  static func homes(
    _ project: String, _ settings: EmbeddedPostgres.Settings
  ) -> [(path: String, isOutsideProject: Bool)] {
    let inside = (project == "/" ? "" : project) + "/.seed-runner/" + settings.clusterName
    guard geteuid() == 0 else { return [(inside, false)] }
    let name = project.split(separator: "/").last ?? "root"
    let outside = "\(sharedRoot)/\(name)-\(Digest.short(project))/\(settings.clusterName)"
    return [(inside, false), (outside, true)]
  }

  private static func unusable(_ message: String, _ path: String, _ fix: String) -> EmbeddedPostgresError {
    EmbeddedPostgresError(.unusableDirectory, message, path: path, fix: fix)
  }
}
