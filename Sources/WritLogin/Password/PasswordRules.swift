// SPDX-License-Identifier: Apache-2.0

/// The rules for new passwords (NIST SP 800-63B): long enough, and not what is guessed first; there is no rule about
/// kinds of characters.
///
/// Unless ``allowingGuessable`` says otherwise, a password is refused that is made of few parts: of the words that most
/// people choose (`password`, `qwertz`, names, teams), with digits for letters or not, of the account's own name, of
/// years, rows of keys and repetitions. `Password123456!` has three parts; the fewest allowed are ``minimumParts``.
public struct PasswordRules: Sendable {
  /// The parts that a password has at least, a common word being one, and any other character one.
  public static let minimumParts = PasswordParts.fewest

  /// The fewest characters, Unicode scalars in NFC.
  public let minimumCharacters: Int
  /// Whether passwords that are guessed first are refused.
  public let refusesGuessable: Bool
  private let screen: (any PasswordScreen)?

  /// 15 characters: the password is the only factor.
  public static let onlyFactor = PasswordRules(minimumCharacters: 15)
  /// 8 characters: there is always a second factor.
  public static let withSecondFactor = PasswordRules(minimumCharacters: 8)

  private init(minimumCharacters: Int, refusesGuessable: Bool = true, screen: (any PasswordScreen)? = nil) {
    self.minimumCharacters = minimumCharacters
    self.refusesGuessable = refusesGuessable
    self.screen = screen
  }

  /// The same rules, and no password that a screen knows.
  public func screened(by screen: some PasswordScreen) -> PasswordRules {
    PasswordRules(minimumCharacters: minimumCharacters, refusesGuessable: refusesGuessable, screen: screen)
  }

  /// The same rules, but passwords that are guessed first are accepted: common words, repetitions, the account's own
  /// name.
  public var allowingGuessable: PasswordRules {
    PasswordRules(minimumCharacters: minimumCharacters, refusesGuessable: false, screen: screen)
  }

  /// The same rules, with more characters.
  ///
  /// - Parameter count: at least as many as before, at most 64.
  /// - Throws: `PasswordError` with the code `configuration`.
  public func requiring(characters count: Int) throws(PasswordError) -> PasswordRules {
    guard (minimumCharacters...64).contains(count) else {
      throw PasswordError(.configuration, "passwords of \(count) characters were asked for")
    }
    return PasswordRules(minimumCharacters: count, refusesGuessable: refusesGuessable, screen: screen)
  }

  /// - Parameter account: whose password it becomes; `nil` where that is not known.
  func check(_ password: String, _ text: PasswordText, _ account: String?) async throws(PasswordError) {
    guard text.characterCount >= minimumCharacters else {
      throw PasswordError(.tooShort, "the password has fewer than \(minimumCharacters) characters")
    }
    if refusesGuessable, let weakness = PasswordParts(password, name: account).weakness {
      throw PasswordError(.guessable, Self.words(weakness))
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
    guard !isKnown else { throw PasswordError(.screened, "the password is on a list of passwords that are known") }
  }

  private static func words(_ weakness: PasswordParts.Weakness) -> String {
    switch weakness {
    case .repeats: "the password repeats a few characters; choose one that does not"
    case .isGuessedFirst:
      "the password is made of common words, years, rows of keys or the account's name; add words of your own"
    }
  }
}

/// Passwords that are refused: those of leaks, of dictionaries, the name of the service.
///
/// ``PasswordList`` is one from a file. One that asks others must not send them the password, nor its hash.
public protocol PasswordScreen: Sendable {
  /// Whether the password is known to others.
  ///
  /// - Throws: any error, and the password is refused.
  func isKnown(_ password: String) async throws -> Bool
}
