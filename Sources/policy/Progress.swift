// SPDX-License-Identifier: Apache-2.0

/// A progress bar on standard error, shown on a terminal for work that takes longer than a second.
struct Progress {
  private let total: Int
  /// The name of what the lines are.
  private let things: String
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?
  private var done = 0

  init(total: Int, of things: String) {
    self.total = total
    self.things = things
  }

  mutating func advance(by bytes: Int, lines: Int) {
    guard Output.errorIsTerminal else { return }
    done += bytes
    let now = ContinuousClock.now
    guard now - start > .seconds(1), lastShown.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
    lastShown = now
    guard total > 0 else {
      Output.progress("\(lines) \(things)")
      return
    }
    let share = min(1, Double(done) / Double(total))
    let width = 30
    let filled = Int(share * Double(width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    Output.progress("\(bar) \(Int(share * 100)) %  \(lines) \(things)")
  }

  func finish() {
    if lastShown != nil { Output.progress("") }
  }
}
