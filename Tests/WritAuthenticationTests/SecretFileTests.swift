// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Files of secrets that others can reach")
struct SecretFileTests {
  /// A folder with a file of secrets, which is gone with the test.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)").path
    var file: String { path + "/secrets" }

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(Self.line.utf8).write(to: URL(filePath: file))
      try set(0o755, path)
      try set(0o600, file)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private static let line = "1 ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs\n"

    func set(_ mode: Int, _ path: String) throws {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
  }

  private func code(_ path: String, _ trust: SecretFileTrust = []) -> SecretError.Code? {
    do throws(SecretError) {
      _ = try SecretRing(contentsOfFile: path, accepting: trust)
      return nil
    } catch {
      return error.code
    }
  }

  @Test("A file that its group or others can read is refused, unless that is accepted by name")
  func modes() throws {
    let folder = try Folder()
    let cases: [(mode: Int, refused: SecretError.Code?, group: SecretError.Code?, everyone: SecretError.Code?)] = [
      (0o600, nil, nil, nil), (0o400, nil, nil, nil), (0o700, nil, nil, nil),
      (0o640, .permissions, nil, nil), (0o440, .permissions, nil, nil),
      (0o644, .permissions, .permissions, nil), (0o444, .permissions, .permissions, nil),
      (0o604, .permissions, .permissions, nil),
      (0o660, .permissions, .permissions, .permissions), (0o620, .permissions, .permissions, .permissions),
      (0o602, .permissions, .permissions, .permissions), (0o666, .permissions, .permissions, .permissions),
    ]
    for (mode, refused, group, everyone) in cases {
      try folder.set(mode, folder.file)
      let shown = String(mode, radix: 8)
      #expect(code(folder.file) == refused, "\(shown)")
      #expect(code(folder.file, .groupReadable) == group, "\(shown)")
      #expect(code(folder.file, .everyoneReadable) == everyone, "\(shown)")
    }
  }

  @Test("A file in a directory that others can write to is refused, but for one with the sticky bit")
  func directories() throws {
    let folder = try Folder()
    for (mode, expected) in [
      (0o775, SecretError.Code.permissions), (0o757, .permissions), (0o777, .permissions), (0o1777, nil), (0o700, nil),
    ] as [(Int, SecretError.Code?)] {
      try folder.set(mode, folder.path)
      #expect(code(folder.file) == expected, "\(String(mode, radix: 8))")
      #expect(code(folder.file, .sharedDirectory) == nil)
    }
  }

  @Test("A link is followed, and what it leads to is looked at")
  func links() throws {
    let (folder, other) = (try Folder(), try Folder())
    let manager = FileManager.default
    // As Kubernetes mounts them: a link to a file behind a link to a directory.
    try manager.createSymbolicLink(atPath: folder.path + "/data", withDestinationPath: other.path)
    try manager.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "data/secrets")
    try manager.createSymbolicLink(atPath: folder.path + "/round", withDestinationPath: "round")
    #expect(code(folder.path + "/link") == nil)
    #expect(code(folder.path + "/round") == .file)
    try other.set(0o644, other.file)
    #expect(code(folder.path + "/link") == .permissions)
    try other.set(0o600, other.file)
    try other.set(0o777, other.path)
    #expect(code(folder.path + "/link") == .permissions)
    try other.set(0o755, other.path)
    try folder.set(0o777, folder.path)
    #expect(code(folder.path + "/link") == .permissions)
  }

  @Test("A file of another user is refused, unless that is accepted by name", .enabled(if: geteuid() == 0))
  func owners() throws {
    let folder = try Folder()
    try FileManager.default.setAttributes([.ownerAccountID: 65_533], ofItemAtPath: folder.file)
    #expect(code(folder.file) == .permissions)
    #expect(code(folder.file, .foreignOwner) == nil)
  }
}
