// SPDX-License-Identifier: Apache-2.0

/// Where a column of a table gets the values from that it looks for.
struct Source: BitwiseCopyable, Hashable {
  enum Kind: UInt8 {
    /// The value of the slot: `slot == constant`.
    case value
    /// Each element of the slot's set: `slot.contains(constant)`.
    case element
    /// The slot's entity and its ancestors: `slot in constant`.
    case ancestor
    /// The network of the slot's address with prefixes of one length: `slot.isInRange(constant)`.
    case network
    /// The slot's number, without its lowest bits: `slot >= constant && slot < constant`.
    case range
  }

  let kind: Kind
  let slot: UInt32
  /// For ``Kind/network`` the form of the constant, that is its family and the length of its prefix; for ``Kind/range``
  /// how many bits are left out.
  var form: UInt32 = 0
}

/// The hash of a value as a table's column holds it.
///
/// Unequal values may share one: a table only proposes candidates, whose conditions are then evaluated.
enum KeyHash {
  /// What stands in the place of columns that a table does not have.
  static let none: UInt32 = 0

  @inline(__always)
  static func scalar(_ cell: Cell) -> UInt32 { mix(cell.payload, UInt64(cell.kind.rawValue)) }

  @inline(__always)
  static func entity(_ number: UInt32) -> UInt32 { scalar(.entity(number)) }

  static func network(_ high: UInt64, _ low: UInt64) -> UInt32 { mix(high ^ (low &* 0xD6E8_FEB8_6659_FD93), 99) }

  /// The hash of the range of 2^bits numbers that a number, of this kind, lies in.
  @inline(__always)
  static func range(_ number: Int64, bits: UInt32, _ kind: Cell.Kind) -> UInt32 {
    mix(UInt64(bitPattern: number &>> Int64(bits)), 200 + UInt64(kind.rawValue))
  }

  /// The hash of two columns.
  @inline(__always)
  static func pair(_ first: UInt32, _ second: UInt32) -> UInt32 { mix(UInt64(first) << 32 | UInt64(second), 77) }

  @inline(__always)
  private static func mix(_ value: UInt64, _ salt: UInt64) -> UInt32 {
    let product = (value ^ salt &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return UInt32(truncatingIfNeeded: product.high ^ product.low ^ (product.high >> 32))
  }
}
