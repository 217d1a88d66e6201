// posix_spawn with two pipes, read as they fill.
#include "engine/env/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

extern char** environ;

namespace tend::env {
namespace {

/// Both ends are closed at the end, unless they were closed before.
struct Pipe {
  int ends[2] = {-1, -1};

  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  bool open() { return ::pipe2(ends, O_CLOEXEC) == 0; }
  void close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

std::vector<std::string> changed_environment(const ProcessEnvironment& changes) {
  std::vector<std::string> out = changes.added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view whole = *entry;
    const std::string_view name = whole.substr(0, whole.find('='));
    const bool replaced = std::any_of(changes.added.begin(), changes.added.end(), [&](const std::string& added) {
      return std::string_view(added).substr(0, added.find('=')) == name;
    });
    const bool removed = std::find(changes.removed.begin(), changes.removed.end(), name) != changes.removed.end();
    if (!replaced && !removed) out.emplace_back(whole);
  }
  return out;
}

/// As posix_spawn wants it. The words must outlive it.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// Reads both until both are closed.
void drain(Pipe& out, Pipe& err, ProcessEnd& end) {
  char buffer[65536];
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    pollfd waiting[2] = {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
    for (int i = 0; i < 2; ++i) {
      if (waiting[i].revents == 0) continue;
      const ssize_t got = ::read(waiting[i].fd, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got > 0) {
        (i == 0 ? end.out : end.err).append(buffer, static_cast<std::size_t>(got));
      } else {
        (i == 0 ? out : err).close(0);
      }
    }
  }
}

}  // namespace

Result<ProcessEnd> run_process(const std::vector<std::string>& words, const ProcessEnvironment& environment) {
  Pipe out, err;
  if (!out.open() || !err.open())
    return fail(ErrorCode::io, std::string("cannot make a pipe: ") + std::strerror(errno));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
  std::vector<std::string> arguments = words, variables = changed_environment(environment);
  pid_t process = -1;
  const int error = ::posix_spawnp(&process, words.front().c_str(), &actions, nullptr, pointers(arguments).data(),
                                   pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return fail(ErrorCode::not_found, "there is no program `" + words.front() + "` on this machine");
  if (error != 0) return fail(ErrorCode::io, "cannot run `" + words.front() + "`: " + std::strerror(error));

  out.close(1);
  err.close(1);
  ProcessEnd end;
  drain(out, err, end);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return fail(ErrorCode::io, "cannot wait for `" + words.front() + "`: " + std::strerror(errno));
  }
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return end;
}

}  // namespace tend::env
