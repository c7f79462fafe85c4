// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("URIs that requests go to")
struct TargetURITests {
  @Test(
    "RFC 3986 6.2.2 and 6.2.3: spellings of one URI",
    arguments: [
      ("https://a.example", "https://a.example/"), ("HTTPS://A.Example/x", "https://a.example/x"),
      ("https://a.example:443/", "https://a.example/"), ("http://a.example:80/", "http://a.example/"),
      ("http://a.example:443/", "http://a.example:443/"), ("https://a.example:/", "https://a.example/"),
      ("https://a.example:0443/", "https://a.example/"),
      ("https://a.example:8443/x?y=/../z", "https://a.example:8443/x"),
      ("https://a.example/x#/../y", "https://a.example/x"), ("https://a.example?x", "https://a.example/"),
      ("https://a.example/a/./b/../c", "https://a.example/a/c"), ("https://a.example/a/..", "https://a.example/"),
      ("https://a.example/../../a", "https://a.example/a"), ("https://a.example/a/.", "https://a.example/a/"),
      ("https://a.example/%2e%2E/a", "https://a.example/a"), ("https://a.example/a//b/", "https://a.example/a//b/"),
      ("https://a.example/%7euser/%41%c3%a9", "https://a.example/~user/A%C3%A9"),
      ("https://a.example/a%2fb", "https://a.example/a%2Fb"), ("https://%41.example/", "https://a.example/"),
      ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"), ("https://[::1]:8443", "https://[::1]:8443/"),
      ("https://a.example/:@!$&'()*+,;=", "https://a.example/:@!$&'()*+,;="),
    ]
  )
  func spellings(uri: String, expected: String) throws {
    let found = try #require(TargetURI(uri)).text
    #expect(found == expected)
    #expect(TargetURI(found)?.text == found, "once more changes nothing")
  }

  @Test(
    "what is no target is refused",
    arguments: [
      "", "https", "https:", "https://", "https:///x", "https:a.example", "/x", "//a.example/x", "ftp://a.example/",
      "https://user@a.example/", "https://user:pw@a.example/", "https://a.example:x/", "https://a.example:65536/",
      "https://a.example:0/", "https://a.example:-1/", "https://a.example:000443/", "https://a b/",
      "https://a.example/a b",
      "https://a.example/%", "https://a.example/%4", "https://a.example/%zz", "https://a.example/\u{e9}",
      "https://\u{e9}/",
      "https://[::1/", "https://[]/", "https://[::1]x/", "https://[g::]/", "https://a.example/\\",
      "https://a.example\\@b/",
      "https://a.example/<x>", " https://a.example/", "https://a.example/\n", "https://a[b/", "javascript:x",
    ]
  )
  func noTargets(uri: String) { #expect(TargetURI(uri) == nil) }

  @Test("a URI of 8,192 bytes is read, one of a byte more is not")
  func longURIs() {
    let start = "https://a.example/"
    #expect(TargetURI(start + String(repeating: "a", count: 8192 - start.utf8.count)) != nil)
    #expect(TargetURI(start + String(repeating: "a", count: 8193 - start.utf8.count)) == nil)
    #expect(TargetURI(start + String(repeating: "../", count: 2000))?.text == start)
  }
}
