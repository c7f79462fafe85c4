// SPDX-License-Identifier: Apache-2.0

/// A way to carry a code to its owner: mail, a message.
///
/// The application sends; Writ makes, keeps, limits and checks.
public protocol CodeDelivery: Sendable {
  /// Sends a code. It must not block the thread it is called on, and must not log the code.
  ///
  /// - Parameters:
  ///   - code: ASCII digits.
  ///   - account: whose it is; the application must look up the address, and not take it from a request.
  /// - Throws: any error; nothing but its type is shown.
  func deliver(_ code: String, to account: String) async throws
}
