// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("IP addresses: text (D1, P11)")
struct IPAddressTextTests {
  @Test(
    "D1 IPv4 text is read; the canonical text leaves out /32 and keeps the bits after the prefix",
    arguments: [
      ("0.0.0.0", "0.0.0.0"),
      ("1.2.3.4", "1.2.3.4"),
      ("255.255.255.255", "255.255.255.255"),
      ("10.20.30.40/32", "10.20.30.40"),
      ("10.20.30.40/0", "10.20.30.40/0"),
      ("10.20.30.40/8", "10.20.30.40/8"),
    ]
  )
  func readsIPv4(text: String, canonical: String) throws {
    let value = try IPAddressValue(text)
    #expect(value.isIPv4 && !value.isIPv6)
    #expect(value.description == canonical)
    #expect(try IPAddressValue(canonical) == value)
  }

  @Test(
    "D1 IPv6 text is read; the canonical text is that of RFC 5952 without embedded IPv4",
    arguments: [
      ("::", "::"),
      ("::1", "::1"),
      ("1::", "1::"),
      ("::/0", "::/0"),
      ("::1/128", "::1"),
      ("0:0:0:0:0:0:0:0", "::"),
      ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("0001:0020:0300:4000:5:6:7:8", "1:20:300:4000:5:6:7:8"),
      ("2001:DB8::ABCD", "2001:db8::abcd"),
      ("ABCD:EF01:2345:6789:abcd:ef01:2345:6789/127", "abcd:ef01:2345:6789:abcd:ef01:2345:6789/127"),
      // `::` for a single group is read, but never written (RFC 5952, 4.2.2).
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
      ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"),
      // The longest run of zeros is shortened, the first of two (4.2.3).
      ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
      ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
      ("::ffff:102:304", "::ffff:102:304"),
      ("fe80::1/64", "fe80::1/64"),
    ]
  )
  func readsIPv6(text: String, canonical: String) throws {
    let value = try IPAddressValue(text)
    #expect(value.isIPv6 && !value.isIPv4)
    #expect(value.description == canonical)
    #expect(try IPAddressValue(canonical) == value)
  }

  @Test(
    "D1 IPv4 text needs four octets without leading zeros",
    arguments: [
      "", " ", ".", "...", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "256.2.3.4",
      "1.2.3.256", "1.2.3.1000", "01.2.3.4", "1.2.3.04", "1.2.3.00", "001.2.3.4", "-1.2.3.4", "+1.2.3.4",
      "0x1.2.3.4", "1.2.3.a", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\0", "\0", "1.2.3.\u{0664}",
      "\u{FF11}.2.3.4", "16909060", "99999999999999999999.2.3.4", String(repeating: "0", count: 500),
    ]
  )
  func refusesIPv4(text: String) {
    #expect(throws: ExtensionFailure.self) { try IPAddressValue(text) }
  }

  @Test(
    "D1 IPv6 text needs eight groups, or fewer and one ::",
    arguments: [
      ":", ":::", "::::", ":1", "1:", "1:::", ":::1", "1::2::3", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:",
      ":2:3:4:5:6:7:8", "::2:", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7::8", "1:2:3:4::5:6:7:8", "12345::", "00000::", "::fffff", "g::", "-1::", "0x1::", "[::1]",
      " ::1", "::1 ", "::1\0", "::\u{0661}", "::\u{FF21}", String(repeating: ":", count: 500),
    ]
  )
  func refusesIPv6(text: String) {
    #expect(throws: ExtensionFailure.self) { try IPAddressValue(text) }
  }

  @Test(
    "D1 IPv4 within IPv6, scopes and ports are refused",
    arguments: [
      "::1.2.3.4", "::ffff:1.2.3.4", "64:ff9b::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1.2.3.4::", "fe80::1%eth0",
      "fe80::1%1", "fe80::1%", "fe80::1%eth0/64", "1.2.3.4:80", "[::1]:80",
    ]
  )
  func refusesMixed(text: String) {
    #expect(throws: ExtensionFailure.self) { try IPAddressValue(text) }
  }

  @Test(
    "D1 a prefix is a number up to the width of the address, without leading zeros",
    arguments: [
      "1.2.3.4/", "1.2.3.4/33", "127.0.0.1/33", "1.2.3.4/128", "1.2.3.4/00", "1.2.3.4/08", "1.2.3.4/032", "1.2.3.4/320",
      "1.2.3.4/-1", "1.2.3.4/+1", "1.2.3.4/8/8", "1.2.3.4//8", "1.2.3.4/a", "1.2.3.4/ 8", "1.2.3.4/8 ", "1.2.3.4 /8",
      "1.2.3.4/8\0", "1.2.3.4/\u{0668}", "1.2.3.4/255.0.0.0", "1.2.3.4/99999999999999999999", "/", "/8", "::/",
      "::/129", "::/00", "::/01", "::/0128", "::/1280", "::/-1", "::/+1", "::/ff", "::/1/1",
    ]
  )
  func refusesPrefix(text: String) {
    #expect(throws: ExtensionFailure.self) { try IPAddressValue(text) }
  }

  @Test("A failure names the text", arguments: ["1.2.3.4/33", "1.2.3", "::1%eth0"])
  func failure(text: String) throws {
    let failure = try #require(throws: ExtensionFailure.self) { try IPAddressValue(text) }
    #expect(failure.description.hasPrefix("ip(\"\(text)\"): expected "))
  }
}

@Suite("IP addresses: ranges, equality, order (D1, C1)")
struct IPAddressRangeTests {
  @Test(
    "D1 isInRange holds when the whole left range is in the right one",
    arguments: [
      ("10.1.2.3", "10.1.2.3", true),
      ("10.1.2.3", "10.0.0.0/8", true),
      ("10.1.2.3", "10.255.255.255/8", true),
      ("11.0.0.0", "10.0.0.0/8", false),
      ("10.1.0.0/16", "10.0.0.0/8", true),
      ("10.0.0.0/8", "10.0.0.0/8", true),
      ("10.1.1.1/8", "10.2.2.2/8", true),
      ("10.0.0.0/8", "10.1.0.0/16", false),
      ("10.0.0.0/8", "10.0.0.0", false),
      ("10.1.2.2/31", "10.1.2.3", false),
      ("10.1.2.3", "10.1.2.2/31", true),
      ("0.0.0.0", "0.0.0.0/0", true),
      ("255.255.255.255", "1.2.3.4/0", true),
      ("1.2.3.4/0", "0.0.0.0/0", true),
      ("0.0.0.0/0", "0.0.0.0/1", false),
      ("::1", "::/0", true),
      ("ffff::", "::/0", true),
      ("::/0", "::/0", true),
      ("::/0", "::/1", false),
      ("2001:db8::1", "2001:db8::/32", true),
      ("2001:db9::1", "2001:db8::/32", false),
      ("2001:db8:0:0:1::", "2001:db8::/64", true),
      ("2001:db8:0:1::", "2001:db8::/64", false),
      ("2001:db8::/31", "2001:db8::/32", false),
      ("::2", "::3/127", true),
      ("::1", "::2/128", false),
    ]
  )
  func containment(inner: String, outer: String, expected: Bool) throws {
    #expect(try IPAddressValue(inner).isInRange(IPAddressValue(outer)) == expected)
  }

  @Test(
    "D1 an IPv4 range and an IPv6 range never contain each other",
    arguments: [("1.2.3.4", "::/0"), ("::1", "0.0.0.0/0"), ("::ffff:102:304", "1.2.3.4/0"), ("0.0.0.0", "::")]
  )
  func families(inner: String, outer: String) throws {
    #expect(try !IPAddressValue(inner).isInRange(IPAddressValue(outer)))
    #expect(try IPAddressValue(inner) != IPAddressValue(outer))
  }

  @Test(
    "D1 isLoopback asks for the whole range",
    arguments: [
      ("127.0.0.0", true),
      ("127.255.255.255", true),
      ("127.1.2.3/8", true),
      ("127.0.0.0/9", true),
      ("127.0.0.0/7", false),
      ("127.0.0.1/0", false),
      ("126.255.255.255", false),
      ("128.0.0.0", false),
      ("::1", true),
      ("::1/128", true),
      ("0:0:0:0:0:0:0:1", true),
      ("::1/127", false),
      ("::1/0", false),
      ("::", false),
      ("::2", false),
      ("1::1", false),
      ("::7f00:1", false),
      ("::ffff:7f00:1", false),
    ]
  )
  func loopback(text: String, expected: Bool) throws {
    #expect(try IPAddressValue(text).isLoopback == expected)
  }

  @Test(
    "D1 isMulticast asks for the whole range",
    arguments: [
      ("224.0.0.0", true),
      ("239.255.255.255", true),
      ("224.0.0.0/4", true),
      ("230.1.2.3/4", true),
      ("224.0.0.0/3", false),
      ("224.0.0.0/0", false),
      ("223.255.255.255", false),
      ("240.0.0.0", false),
      ("ff00::", true),
      ("FF02::1", true),
      ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
      ("ff00::/8", true),
      ("ff00::/7", false),
      ("fe00::", false),
      ("::ff00", false),
      ("::ffff:e000:1", false),
    ]
  )
  func multicast(text: String, expected: Bool) throws {
    #expect(try IPAddressValue(text).isMulticast == expected)
  }

  @Test(
    "C1 IP addresses are equal by unmasked address and prefix",
    arguments: [
      ("1.2.3.4", "1.2.3.4/32", true),
      ("::1", "0:0::0:1/128", true),
      ("AB::", "00ab::", true),
      ("10.0.0.1/8", "10.0.0.0/8", false),
      ("10.0.0.0/8", "10.0.0.0/9", false),
      ("10.0.0.0/8", "10.0.0.0", false),
      ("::102:304", "1.2.3.4", false),
    ]
  )
  func equality(left: String, right: String, expected: Bool) throws {
    let values = try (IPAddressValue(left), IPAddressValue(right))
    #expect((values.0 == values.1) == expected)
    #expect(Set([values.0, values.1]).count == (expected ? 1 : 2))
  }

  @Test("The canonical order is by family, address, prefix")
  func order() throws {
    let ascending = [
      "0.0.0.0/0", "0.0.0.0", "9.0.0.0", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.1/8", "255.255.255.255",
      "::/0", "::", "::1", "::1:0:0:0:0", "1::", "ffff::",
    ]
    let values = try ascending.map { try IPAddressValue($0) }
    for (index, left) in values.enumerated() {
      for (other, right) in values.enumerated() {
        #expect((left < right) == (index < other))
      }
    }
  }
}
