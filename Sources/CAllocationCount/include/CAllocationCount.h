// SPDX-License-Identifier: Apache-2.0

#ifndef WRIT_ALLOCATION_COUNT_H
#define WRIT_ALLOCATION_COUNT_H

#include <stdint.h>

/// How many times this thread has asked for heap memory; -1 where that is not counted.
///
/// Linking this target replaces malloc, calloc, realloc and the aligned forms by counting ones, on Linux with glibc.
int64_t writ_allocation_count(void);

#endif
