// The kernel's part of the sandbox, proved on processes of our own: what is allowed goes on, every other call ends
// them.
#include "engine/script/confine.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <new>

#include "tests/support/test.hpp"

// The thread sanitizer has a thread of its own in each process: who is ended by the kernel leaves it behind, and
// nobody comes to know of the end.
#ifndef __SANITIZE_THREAD__

namespace tend::script {
namespace {

constexpr int kSurvived = 42;

/// How a child ends that does `act` behind both walls: its exit code, or minus the signal.
int end_of(const std::function<void()>& act, std::size_t memory = 64u << 20) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (!give_up_resources(memory).empty() || !enter_filter().empty()) _exit(1);
    act();
    _exit(kSurvived);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

template <typename... Arguments>
int end_of_call(long number, Arguments... arguments) {
  return end_of([=] { syscall(number, arguments...); });
}

TEST_CASE("confine: what a script's process needs goes on") {
  CHECK(end_of([] {}) == kSurvived);
  CHECK(end_of([] {
          auto* bytes = static_cast<char*>(std::malloc(8u << 20));
          for (std::size_t i = 0; i < (8u << 20); i += 4096) bytes[i] = 1;
          std::free(bytes);
          timespec time{};
          clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
          const ssize_t none = ::write(STDOUT_FILENO, "", 0);
          if (none != 0) _exit(2);
        }) == kSurvived);
}

TEST_CASE("confine: the kernel ends whoever opens, connects, starts or looks elsewhere") {
  CHECK(end_of([] { socket(AF_INET, SOCK_STREAM, 0); }) == -SIGSYS);
  CHECK(end_of([] { socket(AF_UNIX, SOCK_STREAM, 0); }) == -SIGSYS);
  CHECK(end_of([] { open("/etc/passwd", O_RDONLY); }) == -SIGSYS);
  CHECK(end_of([] { fork(); }) == -SIGSYS);
  CHECK(end_of([] { execl("/bin/true", "true", nullptr); }) == -SIGSYS);
  CHECK(end_of([] { kill(getppid(), 0); }) == -SIGSYS);
  CHECK(end_of([] { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }) == -SIGSYS);
  CHECK(end_of([] { dup(STDIN_FILENO); }) == -SIGSYS);
  CHECK(end_of_call(SYS_readlink, "/proc/self/exe", nullptr, 0) == -SIGSYS);
  CHECK(end_of_call(SYS_prctl, PR_SET_DUMPABLE, 1) == -SIGSYS);
  CHECK(end_of_call(SYS_setrlimit, RLIMIT_NOFILE, nullptr) == -SIGSYS);
  CHECK(end_of_call(SYS_io_uring_setup, 1, nullptr) == -SIGSYS);
#if defined(__x86_64__)
  constexpr long kX32 = 0x40000000;  // the same calls by another door
  CHECK(end_of_call(kX32 | SYS_socket, AF_INET, SOCK_STREAM, 0) == -SIGSYS);
#endif
  CHECK(end_of_call(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0) == -SIGSYS);
}

TEST_CASE("confine: other descriptors than the three are closed, and not read or written") {
  const int other = open("/dev/null", O_RDWR);
  REQUIRE(other > 2);
  CHECK(end_of([&] { ::syscall(SYS_write, other, "x", 1); }) == -SIGSYS);
  CHECK(end_of([&] {
          char byte = 0;
          ::syscall(SYS_read, other, &byte, 1);
        }) == -SIGSYS);
  CHECK(end_of([] { ::syscall(SYS_write, STDIN_FILENO, "x", 1); }) == -SIGSYS);
  close(other);
}

TEST_CASE("confine: memory cannot be made to run, and files cannot be mapped") {
  CHECK(end_of_call(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -SIGSYS);
  CHECK(end_of_call(SYS_mmap, nullptr, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == -SIGSYS);
  CHECK(end_of([] {
          void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          if (page == MAP_FAILED) _exit(2);
          mprotect(page, 4096, PROT_READ | PROT_EXEC);
        }) == -SIGSYS);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("confine: no more memory than it was given") {
  CHECK(end_of([] {
          _exit(mmap(nullptr, 32u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
        }) == 0);
  CHECK(end_of([] {
          _exit(mmap(nullptr, 96u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
        }) == 1);
}
#endif

}  // namespace
}  // namespace tend::script

#endif
