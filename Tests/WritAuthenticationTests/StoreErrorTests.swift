// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin

@Suite("Errors of stores")
struct StoreErrorTests {
  @Test(
    "All login services have the same code for a failure of their store, and keep its error",
    arguments: StoreError.Code.Kind.allCases
  )
  func translation(kind: StoreError.Code.Kind) {
    let failure = StoreError(StoreError.Code(kind), "words")
    let expected =
      switch kind {
      case .busy, .readOnly: "storeUnavailable"
      default: kind.rawValue
      }
    func check<Failure: StoreBackedError>(
      _: Failure.Type,
      _ code: (Failure) -> String,
      _ underlying: (Failure) -> (any Error)?
    ) {
      let error = Failure(failure)
      #expect(code(error) == expected)
      #expect((underlying(error) as? StoreError)?.code == failure.code)
      #expect("\(error)" == "words")
    }
    check(LoginError.self, { "\($0.code)" }, { $0.underlyingError })
    check(OneTimePasswordError.self, { "\($0.code)" }, { $0.underlyingError })
    check(SessionError.self, { "\($0.code)" }, { $0.underlyingError })
    check(RefreshTokenError.self, { "\($0.code)" }, { $0.underlyingError })
  }

  @Test("A driver's error is kept, and neither printed nor reflected in the description")
  func driverErrors() {
    struct DriverError: Error { let password = "canary" }
    let error = StoreError(of: DriverError())
    #expect(error.code == .storeUnavailable && error.underlyingError is DriverError)
    for text in ["\(error)", String(reflecting: error), "\(LoginError(error))", "\([LoginError(error)])"] {
      #expect(!text.contains("canary") && text.contains("underlyingError"))
    }
  }
}
