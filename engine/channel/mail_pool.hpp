// Mail transactions on threads of their own: libcurl waits for a mail server's last answer without letting go of its
// thread, which must not be the dispatcher's.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "engine/channel/curl_library.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// As many threads as mails are under way, up to kThreadsMax; each keeps its connection for the next mail.
/// Thread: safe.
class MailPool {
 public:
  static constexpr std::size_t kThreadsMax = 64;

  explicit MailPool(const CurlLibrary& library) : library_(library) {}
  /// Ends what is under way.
  ~MailPool();
  MailPool(const MailPool&) = delete;
  MailPool& operator=(const MailPool&) = delete;

  /// Before the first mail.
  void before_end(std::function<bool(state::SendKey)> asked) { before_end_ = std::move(asked); }
  /// `done` is called on another thread, for each mail once.
  void send(MailRequest request, std::function<void(MailAnswer)> done);
  /// Breaks all connections off: what is under way and what waits comes back at once, as far as it has come.
  void abandon();

 private:
  struct Job {
    MailRequest request;
    std::function<void(MailAnswer)> done;
  };
  class Mailer;

  void work();

  const CurlLibrary& library_;
  std::function<bool(state::SendKey)> before_end_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  std::set<int> sockets_;
  std::size_t idle_ = 0;
  bool abandoned_ = false, over_ = false;
};

}  // namespace tend::channel
