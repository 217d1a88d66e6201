// Whole processes: `tend check` of one file, `tend simulate` over the orders. The limit beside them: the same binary
// that does nothing.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/bench/figure.hpp"
#include "tests/bench/win_back.hpp"

extern char** environ;

namespace tend::bench {
namespace {

/// Seconds from start to end of a process whose output goes nowhere; the median of `runs`.
double time_of(const std::vector<std::string>& command, int runs) {
  std::vector<double> times;
  for (int run = 0; run < runs; ++run) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const double begin = seconds();
    if (posix_spawn(&pid, command[0].c_str(), &actions, nullptr, words.data(), environ) != 0)
      throw std::runtime_error("cannot start " + command[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    times.push_back(seconds() - begin);
    posix_spawn_file_actions_destroy(&actions);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      throw std::runtime_error(command[0] + " " + command[1] + " failed");
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

void bench_check(const std::string& tend) {
  const double check = time_of({tend, "check", "playbooks/win-back/winback.tend"}, 21);
  const double nothing = time_of({tend, "--version"}, 21);
  report({"check of one file, whole process", check * 1e3, "ms", "the process that only prints its version",
          nothing * 1e3});
}

void bench_simulate(const std::string& scratch, const std::string& tend, const std::string& orders) {
  const std::string folder = scratch + "/cdnow";
  write_win_back(folder, orders);
  const double simulate =
      time_of({tend, "simulate", folder, "--from", "1997-01-01", "--to", "1998-07-01", "--format", "json"}, 5);
  const double nothing = time_of({tend, "--version"}, 5);
  report(
      {"simulate over the orders, whole process", simulate, "s", "the process that only prints its version", nothing});
}

}  // namespace tend::bench
