// SPDX-License-Identifier: Apache-2.0

extension OneTimePasswordURI {
  /// The text under which an authenticator shows an account: its name, made to fit.
  ///
  /// Whatever a label cannot hold is percent-encoded (RFC 3986, section 2.1): colons, spaces at the ends, marks that
  /// turn the direction of text. A name of more than ``maximumNameBytes`` bytes is cut and ends with `…`. So every
  /// account has a label.
  static func label(of account: String) -> String {
    var pieces = account.unicodeScalars.map { isNameScalar($0) ? String($0) : PercentEncoding.encode(String($0)) }
    func encodeSpaces(_ indices: some Sequence<Int>) {
      for index in indices {
        guard pieces[index].utf8.elementsEqual(" ".utf8) else { return }
        pieces[index] = "%20"
      }
    }
    encodeSpaces(pieces.indices)
    encodeSpaces(pieces.indices.reversed())
    let count = pieces.reduce(0) { $0 + $1.utf8.count }
    guard count > maximumNameBytes else { return pieces.isEmpty ? "…" : pieces.joined() }
    let end = "…"
    var label = ""
    for piece in pieces {
      guard label.utf8.count + piece.utf8.count + end.utf8.count <= maximumNameBytes else { break }
      label += piece
    }
    return label + end
  }
}
