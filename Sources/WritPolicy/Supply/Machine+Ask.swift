// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Machine {
  /// What the request's source says about an attribute that the entity does not have: asked once, then known.
  // Apart, so that the common path keeps its registers.
  @inline(never)
  mutating func ask(_ name: UInt32, of uid: UInt32) -> Cell {
    guard let supplied = unsafe supplied else { return .missing }
    if let known = unsafe supplied.pointee.cell(name, of: uid) { return known }
    if unsafe !supplied.pointee.texts.hasBegun { beginTexts() }
    // No access to what is supplied is open while the source is asked.
    guard let (asker, source) = unsafe supplied.pointee.asker else { return .missing }
    let asked = unsafe AskedAttribute(
      name,
      of: uid,
      engine: supplied.pointee.engine,
      supplied.texts,
      principal: principal.uid,
      action: action.uid,
      resource: resource.uid
    )
    let value = unsafe asker.value(of: asked, from: source)
    return unsafe supplied.pointee.keep(value, name, of: uid, &heaps.scratch)
  }
}
