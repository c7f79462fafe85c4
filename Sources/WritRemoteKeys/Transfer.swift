// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  internal import CLibCurl
  internal import Synchronization
  internal import WritTokens

  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  /// One request and its answer; used by one thread, which it blocks until the deadline at most.
  final class Transfer {
    private let source: HTTPSJWKSSource
    /// The addresses of the host; `nil` where the host is an address.
    private let addresses: [InternetAddress]?
    /// The time that is left until the deadline.
    private let timeLeft: Duration
    private let cancellation: Cancellation
    private var header = ResponseHeader()
    private var body: [UInt8] = []
    /// The reason why one of the functions that libcurl calls has ended the transfer.
    private var refusal: KeyFetchError?
    /// Whether an address was refused: of no consequence when another of the same name was not.
    private var isAddressRefused = false

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(
      _ source: HTTPSJWKSSource,
      _ addresses: [InternetAddress]?,
      _ timeLeft: Duration,
      _ cancellation: Cancellation
    ) {
      self.source = source
      self.addresses = addresses
      self.timeLeft = timeLeft
      self.cancellation = cancellation
    }

    func run() throws(KeyFetchError) -> JWKSAnswer {
      let accept = unsafe curl_slist_append(nil, "Accept: application/jwk-set+json, application/json")
      defer { unsafe curl_slist_free_all(accept) }
      guard Self.isReady, unsafe accept != nil, let handle = unsafe curl_easy_init() else {
        throw KeyFetchError(.unreachable, "libcurl cannot be used")
      }
      defer { unsafe curl_easy_cleanup(handle) }
      try unsafe Self.checkSetup(writ_curl_set_list(handle, CURLOPT_HTTPHEADER, accept))
      let known = unsafe addresses.flatMap { addresses in
        unsafe curl_slist_append(
          nil,
          "\(source.host):\(source.port):\(addresses.map(\.text).joined(separator: ","))"
        )
      }
      defer { unsafe curl_slist_free_all(known) }
      // Never libcurl's own resolver, which it waits for beyond the deadline.
      guard unsafe addresses == nil || known != nil else { throw KeyFetchError(.unreachable, "libcurl cannot be used") }
      try unsafe Self.checkSetup(writ_curl_set_list(handle, CURLOPT_RESOLVE, known))
      try unsafe setUp(handle)
      let code = withoutBrokenPipes { unsafe curl_easy_perform(handle) }
      try checkTransfer(code)
      let status = unsafe writ_curl_status(handle)
      guard status == 200 else { throw KeyFetchError(.status, "the status of the answer is \(status), expected 200") }
      guard let type = unsafe writ_curl_content_type(handle), ResponseHeader.isJSON(unsafe String(cString: type)) else {
        throw KeyFetchError(.contentType, "the content type of the answer is not that of JSON")
      }
      guard !header.isEncoded else { throw KeyFetchError(.contentType, "the answer is compressed or encoded") }
      return JWKSAnswer(bytes: body, maximumAge: header.maximumAge)
    }

    // MARK: Options

    private func setUp(_ handle: UnsafeMutableRawPointer) throws(KeyFetchError) {
      // 0 would be no limit.
      let milliseconds = max(
        1,
        timeLeft.components.seconds * 1000 + timeLeft.components.attoseconds / 1_000_000_000_000_000
      )
      try unsafe Self.checkSetup(writ_curl_set_https_only(handle))
      for (option, value) in [
        (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
        (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_HTTP_CONTENT_DECODING, 0),
        (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)), (CURLOPT_HTTP09_ALLOWED, 0),
        (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
        // Signals would be the process's; the deadline does without.
        (CURLOPT_NOSIGNAL, 1), (CURLOPT_NOPROGRESS, 0), (CURLOPT_HTTPGET, 1), (CURLOPT_FRESH_CONNECT, 1),
        (CURLOPT_FORBID_REUSE, 1), (CURLOPT_TIMEOUT_MS, Int(milliseconds)),
        (CURLOPT_CONNECTTIMEOUT_MS, Int(milliseconds)),
      ] {
        try unsafe Self.checkSetup(writ_curl_set_long(handle, option, value))
      }
      try unsafe Self.checkSetup(
        writ_curl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(JSONWebKeySet.maximumBytes))
      )
      // An empty proxy: those that the environment names are not asked.
      for (option, value) in [(CURLOPT_URL, source.url), (CURLOPT_PROXY, ""), (CURLOPT_USERAGENT, "Writ")] {
        try unsafe Self.checkSetup(writ_curl_set_string(handle, option, value))
      }
      if let authorities = source.certificateAuthorities {
        try unsafe Self.checkSetup(writ_curl_set_string(handle, CURLOPT_CAINFO, authorities))
        try unsafe Self.checkSetup(writ_curl_set_string(handle, CURLOPT_CAPATH, nil))
      }
      try unsafe setFunctions(handle)
    }

    /// The functions that libcurl calls on this thread while `run` lasts.
    private func setFunctions(_ handle: UnsafeMutableRawPointer) throws(KeyFetchError) {
      let context = unsafe Unmanaged.passUnretained(self).toOpaque()
      for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_OPENSOCKETDATA] {
        try unsafe Self.checkSetup(writ_curl_set_pointer(handle, option, context))
      }
      try unsafe Self.checkSetup(
        writ_curl_set_writer(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
          unsafe Transfer.from(context)?.takeBody(Transfer.bytes(bytes, size, count)) ?? 0
        }
      )
      try unsafe Self.checkSetup(
        writ_curl_set_writer(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
          unsafe Transfer.from(context)?.takeHeader(Transfer.bytes(bytes, size, count)) ?? 0
        }
      )
      try unsafe Self.checkSetup(
        writ_curl_set_progress(handle) { context, _, _, _, _ in
          unsafe Transfer.from(context)?.cancellation.isWanted.load(ordering: .relaxed) == false ? 0 : 1
        }
      )
      try unsafe Self.checkSetup(
        writ_curl_set_socket_opener(handle) { context, _, address in
          unsafe Transfer.from(context)?.openSocket(address) ?? writ_curl_no_socket()
        }
      )
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
      unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func bytes(_ start: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int) -> [UInt8] {
      unsafe Array(UnsafeRawBufferPointer(start: start, count: size * count))
    }

    // MARK: What libcurl asks

    /// - Returns: how many bytes were taken; anything but all ends the transfer.
    private func takeBody(_ bytes: [UInt8]) -> Int {
      guard bytes.count <= JSONWebKeySet.maximumBytes - body.count else {
        refusal = KeyFetchError(.tooLarge, "the answer has more than \(JSONWebKeySet.maximumBytes) bytes")
        return 0
      }
      body += bytes
      return bytes.count
    }

    private func takeHeader(_ line: [UInt8]) -> Int {
      do throws(KeyFetchError) {
        try header.read(line)
        return line.count
      } catch {
        refusal = error
        return 0
      }
    }

    /// A socket for the very address that is about to be connected to.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
      guard let address = unsafe address, let found = unsafe Self.internetAddress(address),
        found.isPublic || source.allowed.contains(where: { $0.contains(found) })
      else {
        isAddressRefused = true
        return writ_curl_no_socket()
      }
      let descriptor = unsafe socket(address.pointee.family, address.pointee.socktype, address.pointee.`protocol`)
      guard descriptor >= 0 else { return writ_curl_no_socket() }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      return descriptor
    }

    private static func internetAddress(_ address: UnsafeMutablePointer<curl_sockaddr>) -> InternetAddress? {
      let start = unsafe writ_curl_address(address)
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(address.pointee.addrlen))
      let range: Range<Int>
      switch unsafe address.pointee.family {
      case AF_INET: range = 4..<8  // sin_addr
      case AF_INET6: range = 8..<24  // sin6_addr
      default: return nil
      }
      guard range.upperBound <= bytes.count else { return nil }
      return InternetAddress(unsafe Array(bytes[range]))
    }

    // MARK: Errors

    private static func checkSetup(_ code: CURLcode) throws(KeyFetchError) {
      guard code == CURLE_OK else { throw KeyFetchError(.unreachable, "libcurl lacks what is needed: \(text(code))") }
    }

    private func checkTransfer(_ code: CURLcode) throws(KeyFetchError) {
      if let refusal { throw refusal }
      let reason: KeyFetchError.Code
      switch code {
      case CURLE_OK: return
      case CURLE_OPERATION_TIMEDOUT: reason = .timeout
      case CURLE_ABORTED_BY_CALLBACK: reason = .cancelled
      case CURLE_FILESIZE_EXCEEDED: reason = .tooLarge
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
        reason = .tls
      case CURLE_URL_MALFORMAT: reason = .configuration
      case CURLE_COULDNT_CONNECT where isAddressRefused:
        throw KeyFetchError(.address, "the address of a key set leads to an address that is not public and not allowed")
      default: reason = .unreachable
      }
      throw KeyFetchError(reason, Self.text(code))
    }

    /// Returns libcurl's name for an error, which holds nothing of the address.
    private static func text(_ code: CURLcode) -> String {
      unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code.rawValue) of libcurl"
    }
  }

  /// Runs something during which a connection that the other side has closed must not end the process.
  private func withoutBrokenPipes<Result>(_ body: () -> Result) -> Result {
    #if os(Linux)
      var pipe = sigset_t()
      var former = sigset_t()
      var pending = sigset_t()
      unsafe sigemptyset(&pipe)
      unsafe sigaddset(&pipe, SIGPIPE)
      unsafe sigpending(&pending)
      let wasPending = unsafe sigismember(&pending, SIGPIPE) == 1
      unsafe pthread_sigmask(SIG_BLOCK, &pipe, &former)
      let result = body()
      var now = timespec()
      // The signal of this thread's own writing is taken away before signals are let in again.
      if !wasPending { while unsafe sigtimedwait(&pipe, nil, &now) == -1 && errno == EINTR {} }
      unsafe pthread_sigmask(SIG_SETMASK, &former, nil)
      return result
    #else
      return body()  // Sockets of Darwin are told not to raise it, by libcurl.
    #endif
  }
#endif
