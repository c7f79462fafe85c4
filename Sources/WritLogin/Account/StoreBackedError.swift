// SPDX-License-Identifier: Apache-2.0

/// The codes that every error of a login service has for a store that fails.
protocol StoreFailureCode {
  static var storeUnavailable: Self { get }
  static var conflict: Self { get }
  static var full: Self { get }
  static var corrupt: Self { get }
  static var tooLarge: Self { get }
  static var cancelled: Self { get }
  static var configuration: Self { get }
  static var failure: Self { get }
}

extension StoreFailureCode {
  /// The code of a login service for a code of its store.
  init(_ code: StoreError.Code) {
    self =
      switch code.kind {
      case .storeUnavailable, .busy, .readOnly: .storeUnavailable
      case .conflict: .conflict
      case .full: .full
      case .corrupt: .corrupt
      case .tooLarge: .tooLarge
      case .cancelled: .cancelled
      case .configuration: .configuration
      case .failure: .failure
      }
  }
}

/// An error of a login service that works with a store: the one translation of ``StoreError`` in all of them.
protocol StoreBackedError: Error {
  associatedtype Code: StoreFailureCode

  init(_ code: Code, _ description: String, underlyingError: (any Error)?)
}

extension StoreBackedError {
  init(_ error: StoreError) {
    self.init(Code(error.code), error.description, underlyingError: error)
  }

  /// Runs `body`, and translates the error of the store.
  static func catching<Result>(_ body: () throws(StoreError) -> Result) throws(Self) -> Result {
    do throws(StoreError) {
      return try body()
    } catch {
      throw Self(error)
    }
  }
}
