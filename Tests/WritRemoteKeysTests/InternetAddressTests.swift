// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  import Testing

  @testable import WritRemoteKeys

  @Suite("Addresses that keys may be fetched from")
  struct InternetAddressTests {
    @Test(
      "K02 special-purpose addresses are not public: IANA's registries, RFC 6890",
      arguments: [
        "0.0.0.0", "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:8.8.8.8", "::ffff:127.0.0.1",
        "::ffff:0:8.8.8.8", "64:ff9b::808:808", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:1ff::1",
        "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254",
        "fe80::1", "febf::1", "fec0::1", "ff02::1",
      ]
    )
    func special(text: String) throws {
      #expect(try #require(InternetAddress(text)).isPublic == false)
    }

    @Test(
      "other addresses are public, also those one beside",
      arguments: [
        "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888",
        "2003::1", "2606:4700::1111", "3ffe::1",
      ]
    )
    func ordinary(text: String) throws {
      #expect(try #require(InternetAddress(text)).isPublic)
    }

    @Test("all ranges of the tables are read, and ranges are compared by bits")
    func ranges() throws {
      #expect(InternetAddress.special4.count == 15)
      #expect(InternetAddress.global6.count == 1)
      #expect(InternetAddress.special6.count == 4)
      for text in [
        "", "1", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/", "::/129", "a", "1.2.3.4/8/8",
      ] {
        #expect(AddressRange(text) == nil, "\(text)")
      }
      let range = try #require(AddressRange("10.1.2.128/25"))
      for (text, isInside) in [("10.1.2.128", true), ("10.1.2.255", true), ("10.1.2.127", false), ("::1", false)] {
        #expect(range.contains(try #require(InternetAddress(text))) == isInside)
      }
      #expect(try #require(AddressRange("0.0.0.0/0")).contains(try #require(InternetAddress("9.9.9.9"))))
    }
  }
#endif
