// Starting a child, its pipes, and its end.
#include "engine/channel/program/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace tend::channel {
namespace {

namespace asio = boost::asio;

constexpr rlim_t kFilesMax = 256;

/// In the child, between fork and exec: only what is safe there. What fails is told through `report`.
[[noreturn]] void become(char* const* words, int in, int out, int report, const ChildLimits& limits, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it ended in between
  const rlimit none{0, 0}, memory{limits.memory_bytes, limits.memory_bytes}, files{kFilesMax, kFilesMax};
  setrlimit(RLIMIT_CORE, &none);
  if (limits.memory_bytes > 0) setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_NOFILE, &files);
  sigset_t all;
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  signal(SIGPIPE, SIG_DFL);
  dup2(in, 0);
  dup2(out, 1);
  char* const nothing[] = {nullptr};
  const bool is_there = limits.folder.empty() || chdir(limits.folder.c_str()) == 0;
  if (is_there && limits.has_environment) {
    execvp(words[0], words);
  } else if (is_there) {
    execve(words[0], words, nothing);
  }
  const int error = errno;
  const ssize_t told = ::write(report, &error, sizeof(error));
  _exit(told == sizeof(error) ? 127 : 126);
}

struct Pipe {
  int read = -1, write = -1;
  ~Pipe() {
    if (read >= 0) close(read);
    if (write >= 0) close(write);
  }
  bool open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  int take(int& end) { return std::exchange(end, -1); }
};

}  // namespace

Result<std::vector<std::string>> words_of(std::string_view command) {
  std::vector<std::string> words;
  bool is_open = false;  // a word has begun
  char quote = 0;
  for (const char c : command) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        words.back() += c;
      }
      continue;
    }
    if (c == ' ' || c == '\t') {
      is_open = false;
      continue;
    }
    if (!is_open) words.emplace_back();
    is_open = true;
    if (c == '"' || c == '\'') {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return fail(ErrorCode::invalid, "a quote in the command does not end");
  if (words.empty() || words[0].empty()) return fail(ErrorCode::invalid, "the command is empty");
  return words;
}

Result<std::shared_ptr<Child>> Child::start(const asio::any_io_executor& executor,
                                            const std::vector<std::string>& words, const ChildLimits& limits) {
  Pipe in, out, report;
  if (!in.open() || !out.open() || !report.open()) {
    return fail(ErrorCode::io, "`" + words[0] + "` cannot be started: " + std::strerror(errno));
  }
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid(), pid = fork();
  if (pid < 0) return fail(ErrorCode::io, "`" + words[0] + "` cannot be started: " + std::strerror(errno));
  if (pid == 0) become(arguments.data(), in.read, out.write, report.write, limits, parent);
  close(report.take(report.write));
  int error = 0;
  if (::read(report.read, &error, sizeof(error)) == sizeof(error)) {
    waitpid(pid, nullptr, 0);
    const ErrorCode code = error == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return fail(code, "`" + words[0] + "` cannot be started: " + std::strerror(error));
  }
  std::shared_ptr<Child> child(new Child(executor, limits));
  child->pid_ = pid;
  child->in_.assign(in.take(in.write));
  child->out_.assign(out.take(out.read));
  child->in_.non_blocking(true);
  child->out_.non_blocking(true);
  return child;
}

void Child::run() {
  asio::co_spawn(
      out_.get_executor(), [self = shared_from_this()] { return self->read(); }, asio::detached);
}

Task<void> Child::read() {
  const std::shared_ptr<Child> self = shared_from_this();
  std::string bytes(64u << 10, '\0');
  while (!is_over()) {
    boost::system::error_code error;
    const std::size_t got =
        co_await out_.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    if (is_over()) co_return;
    if (error) {
      end("it ended");
      co_return;
    }
    kept_.append(bytes, 0, got);
    if (!take_lines()) end("it wrote a line that is too long");
  }
}

bool Child::take_lines() {
  std::size_t start = 0;
  for (std::size_t at = kept_.find('\n'); at != std::string::npos && !is_over(); at = kept_.find('\n', start)) {
    if (at - start > limits_.line_bytes) return false;
    if (on_line) on_line(kept_.substr(start, at - start));
    start = at + 1;
  }
  kept_.erase(0, start);
  return kept_.size() <= limits_.line_bytes;
}

void Child::say(std::string line) {
  if (is_over()) return;
  unsaid_bytes_ += line.size();
  unsaid_.push_back(std::move(line));
  if (unsaid_bytes_ > limits_.unread_bytes) return end("it does not read what it is told");
  if (std::exchange(is_writing_, true)) return;
  asio::co_spawn(
      in_.get_executor(), [self = shared_from_this()] { return self->write(); }, asio::detached);
}

Task<void> Child::write() {
  const std::shared_ptr<Child> self = shared_from_this();
  while (!unsaid_.empty() && !is_over()) {
    const std::string line = std::move(unsaid_.front()) + "\n";
    unsaid_.pop_front();
    boost::system::error_code error;
    co_await asio::async_write(in_, asio::buffer(line), asio::redirect_error(asio::use_awaitable, error));
    unsaid_bytes_ -= line.size() - 1;
    if (error && !is_over()) end("it does not read what it is told");
  }
  is_writing_ = false;
}

void Child::end(const std::string& why) {
  if (is_over()) return;
  const pid_t pid = std::exchange(pid_, -1);
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);  // where it has not made its group yet
  waitpid(pid, nullptr, 0);
  boost::system::error_code ignored;
  in_.close(ignored);
  out_.close(ignored);
  if (on_end) std::exchange(on_end, nullptr)(why);
}

}  // namespace tend::channel
