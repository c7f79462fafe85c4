// SPDX-License-Identifier: Apache-2.0

/// What a new password must be (NIST SP 800-63B): long enough and not known to everybody; there is no rule about kinds of characters.
public struct PasswordRules: Sendable {
  /// The fewest characters, Unicode scalars in NFC.
  public let minimumCharacters: Int
  private let screen: (any PasswordScreen)?

  /// 15 characters: the password is the only factor.
  public static let onlyFactor = PasswordRules(minimumCharacters: 15, screen: nil)
  /// 8 characters: there is always a second factor.
  public static let withSecondFactor = PasswordRules(minimumCharacters: 8, screen: nil)

  private init(minimumCharacters: Int, screen: (any PasswordScreen)?) {
    self.minimumCharacters = minimumCharacters
    self.screen = screen
  }

  /// The same rules, and no password that a screen knows.
  public func screened(by screen: some PasswordScreen) -> PasswordRules {
    PasswordRules(minimumCharacters: minimumCharacters, screen: screen)
  }

  /// The same rules, with more characters.
  ///
  /// - Parameter count: at least as many as before, at most 64.
  /// - Throws: `PasswordError` with the code `configuration`.
  public func requiring(characters count: Int) throws(PasswordError) -> PasswordRules {
    guard (minimumCharacters...64).contains(count) else {
      throw PasswordError(.configuration, "passwords of \(count) characters were asked for")
    }
    return PasswordRules(minimumCharacters: count, screen: screen)
  }

  func check(_ password: String, _ text: PasswordText) async throws(PasswordError) {
    guard text.characterCount >= minimumCharacters else {
      throw PasswordError(.tooShort, "a password has fewer than \(minimumCharacters) characters")
    }
    guard let screen else { return }
    let isKnown: Bool
    do {
      isKnown = try await screen.isKnown(password)
    } catch let error as PasswordError {
      throw error
    } catch {
      // What it says may hold the password.
      throw PasswordError(.failure, "the screen of passwords failed with an error of type \(type(of: error))")
    }
    guard !isKnown else { throw PasswordError(.screened, "a password is on a list of passwords that are known") }
  }
}

/// Passwords that nobody may choose: those of leaks, of dictionaries, the name of the service.
///
/// ``PasswordList`` is one from a file. One that asks others must not send them the password, nor its hash.
public protocol PasswordScreen: Sendable {
  /// Whether the password is known to others.
  ///
  /// - Throws: any error, and the password is refused.
  func isKnown(_ password: String) async throws -> Bool
}
