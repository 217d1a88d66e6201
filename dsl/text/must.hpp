// CHECK and DCHECK: our own mistakes end the process, loudly. The author's mistakes are diagnostics, the world's are Result.
#pragma once
#include <cstdio>
#include <cstdlib>

namespace tend {
[[noreturn]] inline void check_failed(const char* file, int line, const char* condition, const char* why) {
  std::fprintf(stderr, "tend: this is a fault of tend itself, please report it: %s:%d: %s (%s)\n", file, line, why, condition);
  std::abort();
}
}  // namespace tend

#define CHECK_OR_DIE(condition, why) ((condition) ? void(0) : ::tend::check_failed(__FILE__, __LINE__, #condition, why))
#ifdef NDEBUG
#define DCHECK_OR_DIE(condition, why) void(0)
#else
#define DCHECK_OR_DIE(condition, why) CHECK_OR_DIE(condition, why)
#endif
