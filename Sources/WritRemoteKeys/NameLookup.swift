// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  internal import CLibCurl
  internal import WorkThreads
  internal import WritTokens

  /// Look-ups of host names, each on a thread of its own: the system's resolver cannot be interrupted, and libcurl
  /// waits for its own one beyond every deadline.
  ///
  /// A look-up that does not end is left behind. There is one for a name at most, which later fetches of that name
  /// join, and a bounded number in all.
  final class NameLookup: Sendable {
    /// Names that are looked up at once.
    static let maximumCount = 64
    /// Addresses of a name that are used.
    static let maximumAddresses = 16

    static let system = NameLookup { NameLookup.systemAddresses(of: $0) }

    typealias Answer = FirstAnswer<[InternetAddress]>

    private let resolve: @Sendable (String) -> [InternetAddress]
    /// The fetches that wait for each name that is being looked up.
    private let waiting = Guarded<[[UInt8]: [Answer]]>([:])

    /// - Parameter resolve: finds the addresses of a name, none where it has none; it may block.
    init(_ resolve: @escaping @Sendable (String) -> [InternetAddress]) {
      self.resolve = resolve
    }

    /// Names that are being looked up.
    var count: Int { waiting.withLock { $0.count } }

    /// Looks a name up and settles the answer with its addresses.
    ///
    /// - Throws: `KeyFetchError` with the code `unreachable` when too many names are being looked up.
    func begin(_ host: String, _ answer: Answer) throws(KeyFetchError) {
      let name = Array(host.utf8)
      let begins = try waiting.withLock { (waiting) throws(KeyFetchError) -> Bool in
        if waiting[name] != nil {
          waiting[name]?.append(answer)
          return false
        }
        guard waiting.count < Self.maximumCount else {
          throw KeyFetchError(
            .unreachable,
            "\(Self.maximumCount) host names are being looked up and have no answer yet"
          )
        }
        waiting[name] = [answer]
        return true
      }
      guard begins else { return }
      let isStarted = WorkThread.start {
        let addresses = self.resolve(host)
        self.settle(name, addresses.isEmpty ? .failure(Self.unknown) : .success(addresses))
      }
      if !isStarted {
        settle(name, .failure(KeyFetchError(.unreachable, "no thread can be started to look a name up")))
      }
    }

    private static var unknown: KeyFetchError { KeyFetchError(.unreachable, "the host name was not found") }

    private func settle(_ name: [UInt8], _ result: Result<[InternetAddress], KeyFetchError>) {
      let answers = waiting.withLock { $0.removeValue(forKey: name) ?? [] }
      for answer in answers { answer.settle(result.mapError { $0 as any Error }) }
    }

    private static func systemAddresses(of host: String) -> [InternetAddress] {
      var addresses: [InternetAddress] = []
      // A byte for the length of each address, and 16 for the address.
      var found = [UInt8](repeating: 0, count: 17 * maximumAddresses)
      let count = unsafe found.withUnsafeMutableBufferPointer { buffer in
        unsafe Int(writ_curl_look_up(host, buffer.baseAddress, Int32(maximumAddresses)))
      }
      for index in 0..<min(max(0, count), maximumAddresses) {
        let length = Int(found[17 * index])
        guard length == 4 || length == 16 else { continue }
        addresses.append(InternetAddress(Array(found[17 * index + 1..<17 * index + 1 + length])))
      }
      return addresses
    }
  }
#endif
