// SPDX-License-Identifier: Apache-2.0

/// The effect of a `forbid` that errs: an attribute is missing, a value has another type, an integer overflows.
///
/// Such a policy is in the errors of an answer, never in its reasons. A `permit` that errs permits nothing in either
/// case.
public enum ErringForbids: Hashable, Sendable {
  /// It denies: whether the request is forbidden cannot be told, so it is not allowed.
  case deny

  /// It is skipped, as the Cedar specification says of every policy that errs (`docs.cedarpolicy.com`,
  /// "Authorization").
  ///
  /// For answers that must be those of another implementation of Cedar. A misspelt or missing attribute then lets in
  /// whom the `forbid` was written to keep out.
  case skip
}
