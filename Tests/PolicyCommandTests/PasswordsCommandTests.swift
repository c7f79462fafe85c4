// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy passwords")
struct PasswordsCommandTests {
  @Test("calibrate names the least that is allowed when a hash may take a millisecond")
  func calibrate() async throws {
    let folder = try Folder()
    let result = try await policy("passwords", "calibrate", "--milliseconds", "1", "--format", "json", in: folder)
    #expect(result.status == 0)
    #expect(
      result.output.hasPrefix(
        #"{"chosen":"scrypt$ln=17,r=8,p=1","measurements":[{"parameters":"scrypt$ln=17,r=8,p=1","#
      )
    )
    for wrong in ["0", "-1", "10001", "x"] {
      #expect(try await policy("passwords", "calibrate", "--milliseconds", wrong, in: folder).status == 1)
    }
  }
}
