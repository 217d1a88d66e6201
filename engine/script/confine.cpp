#include "engine/script/confine.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEND_HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEND_HAS_SHADOW_MEMORY 1
#endif
#endif

namespace tend::script {
namespace {

constexpr int kFilesMax = 1024;

std::string failed(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

#ifndef TEND_HAS_SHADOW_MEMORY
/// How much address space it has; 0 where that cannot be read.
rlim_t address_space() {
  unsigned long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
  std::fclose(file);
  return static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}
#endif

}  // namespace

std::string give_up_resources(std::size_t memory_bytes) {
#ifdef TEND_HAS_SHADOW_MEMORY
  static_cast<void>(memory_bytes);
#else
  const rlim_t now = address_space();
  if (now == 0) return "its address space cannot be read";
  const rlimit memory{now + memory_bytes, now + memory_bytes};
  if (setrlimit(RLIMIT_AS, &memory) != 0) return failed("RLIMIT_AS");
#endif
  if (close_range(3, ~0U, 0) != 0) {  // an older kernel; who starts us lets no more than this be open
    for (int file = 3; file < kFilesMax; ++file) close(file);
  }
  const rlimit none{0, 0}, files{3, 3};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return failed("RLIMIT_CORE");
  if (setrlimit(RLIMIT_NPROC, &none) != 0) return failed("RLIMIT_NPROC");
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) return failed("RLIMIT_NOFILE");
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return failed("PR_SET_DUMPABLE");  // nobody else reads its memory
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS");
  return {};
}

std::string enter_filter() {
  const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release);
  if (filter == nullptr) return "seccomp_init: no memory";
  const auto allow = [&](int call, const auto&... conditions) {
    return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, sizeof...(conditions), conditions...);
  };
  const scmp_arg_cmp is_stdin = SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO);
  const scmp_arg_cmp is_stdout = SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO);
  const scmp_arg_cmp is_stderr = SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO);
  const scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  const scmp_arg_cmp no_file = SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS);
  int error = allow(SCMP_SYS(read), is_stdin);
  const auto also = [&](int call, const auto&... conditions) {
    if (error == 0) error = allow(call, conditions...);
  };
  also(SCMP_SYS(write), is_stdout);
  also(SCMP_SYS(write), is_stderr);
  also(SCMP_SYS(mmap), not_executable, no_file);
  also(SCMP_SYS(mprotect), not_executable);
  for (const int call : {SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(brk),  // memory
                         SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),     // locks
                         SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(setitimer),
                         SCMP_SYS(getrandom),  // time, keys of heaps
                         SCMP_SYS(rt_sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group)}) {
    also(call);
  }
#ifdef TEND_HAS_SHADOW_MEMORY
  also(SCMP_SYS(sigaltstack));  // as the process ends
#endif
  if (error == 0) error = seccomp_load(filter.get());
  return error == 0 ? std::string() : std::string("seccomp: ") + std::strerror(-error);
}

}  // namespace tend::script
