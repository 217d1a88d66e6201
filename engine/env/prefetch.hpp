// Asking memory for something before it is needed.
#pragma once

namespace tend::env {

/// Lets memory bring the line at `at` into the processor's cache; nothing waits for it. The empty statement says that
/// something happens here: else compilers take a loop of nothing but these for a loop of nothing, and drop it.
inline void prefetch(const void* at) {
  __builtin_prefetch(at);
  asm volatile("");
}

}  // namespace tend::env
