// Another program as a child: its own process group, limits, lines in and lines out. What it writes is hostile.
#pragma once
#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/channel/remote.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

/// `python3 "my adapter.py" --fast`: blanks part words, quotes keep them together. No shell.
/// Errors: `invalid` for none, and for a quote that does not end.
Result<std::vector<std::string>> words_of(std::string_view command);

struct ChildLimits {
  std::size_t memory_bytes = 1u << 30;   // of its address space; 0: it sees to that itself
  std::size_t line_bytes = 1u << 20;     // longer ones are its end
  std::size_t unread_bytes = 16u << 20;  // that it does not take from us: its end
  bool has_environment = true;           // ours; else none
  std::string folder = {};               // in which it begins; empty: ours
};

/// A running child. Thread: the executor's. It ends, with all it has started, when this does.
class Child : public std::enable_shared_from_this<Child> {
 public:
  /// Errors: `not_found` where there is no such program, `io`.
  static Result<std::shared_ptr<Child>> start(const boost::asio::any_io_executor& executor,
                                              const std::vector<std::string>& words, const ChildLimits& limits);
  ~Child() { end("it was ended"); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::function<void(std::string line)> on_line;
  /// Called once: it has ended or been ended, with why.
  std::function<void(const std::string& why)> on_end;

  /// Begins to read. Nothing is called before.
  void run();
  /// Hands it a line, soon. Shape: without a line end.
  void say(std::string line);
  /// Kills it and all it has started.
  void end(const std::string& why);
  bool is_over() const { return pid_ < 0; }

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;
  Child(const boost::asio::any_io_executor& executor, const ChildLimits& limits)
      : limits_(limits), in_(executor), out_(executor) {}
  Task<void> read();
  Task<void> write();
  bool take_lines();

  ChildLimits limits_;
  Descriptor in_;   // what it reads
  Descriptor out_;  // what it writes
  pid_t pid_ = -1;
  std::string kept_;
  std::deque<std::string> unsaid_;
  std::size_t unsaid_bytes_ = 0;
  bool is_writing_ = false;
};

}  // namespace tend::channel
