// Questions to a child and its answers, by their ids: it is started when it is needed, ended when it hangs, and started
// again after a while.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/channel/program/child.hpp"

namespace tend::channel {

/// What came of one question.
struct Answer {
  bool was_asked = false;  // it may have read the question
  unsigned reached = 0;    // Question::reached
  std::optional<nlohmann::json> json;
  std::string why;  // where no answer came
};

struct AskingOptions {
  std::vector<std::string> words;
  ChildLimits limits;
  std::chrono::seconds timeout{30};
  std::string hello;  // the first line that it is told; empty: none
};

/// Thread: the executor's that start() is called with. Held by a shared_ptr: what its child asks for may come back when
/// nobody wants it any more.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  /// A question that is open.
  struct Question {
    explicit Question(const boost::asio::any_io_executor& executor)
        : over(executor, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer over;
    std::chrono::steady_clock::time_point until;
    std::optional<nlohmann::json> answer;
    std::string why;
    bool is_over = false;
    // Of a child that asks for calls itself: how many, and of these how many may have reached somebody, with those
    // under way.
    unsigned calls = 0, reached = 0;
  };

  explicit Asking(AskingOptions options) : options_(std::move(options)) {}
  ~Asking() { end("tend is being stopped"); }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  /// What the child says that is no answer. Returns how much of it makes no sense: a hundred such things end it.
  std::function<std::size_t(const nlohmann::json& said)> on_unasked;

  /// Starts it where it does not run. Empty when it runs; else why it does not.
  std::string start(const boost::asio::any_io_executor& executor, env::Moment now);
  Task<Answer> ask(nlohmann::ordered_json question, env::Moment now);
  /// Null where it is not open.
  Question* find(std::uint64_t id);
  /// Null where none was started. What is said to one that has ended goes nowhere.
  const std::shared_ptr<Child>& child() const { return child_; }
  void end(const std::string& why) {
    if (child_) child_->end(why);
  }

 private:
  void heard(const std::string& line);
  void ended(const std::string& why);

  AskingOptions options_;
  std::shared_ptr<Child> child_;
  std::map<std::uint64_t, Question*> open_;
  std::uint64_t next_ = 1;
  std::size_t garbage_ = 0;
  unsigned starts_ = 0;  // without an answer since
  env::Moment start_at_ = env::kNoMoment;
  std::string last_end_;
};

}  // namespace tend::channel
