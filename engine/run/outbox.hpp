// Messages for channels that take their time: who waits for room in his channel, and who is with it. Only where each
// is found is kept; what it says and that it is out stands in the state.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/state/input.hpp"

namespace tend::run {

/// One message that is out. Numbers are those of the program in force.
struct Out {
  state::SendKey key;
  std::uint32_t customer = 0;  // number in its partition
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;  // number
  std::uint32_t message = 0;
  std::uint16_t partition = 0;
};

class Outbox {
 public:
  /// Shape: the messages of a channel are taken in the order in which they began to wait.
  void wait(std::string_view channel, const Out& out);
  /// It is not taken before `moment`.
  void wait_until(std::string_view channel, const Out& out, env::Moment moment);
  /// Its playbook is paused: it is not taken before `resume`.
  void hold(std::string_view channel, const Out& out);
  void resume();

  /// Takes those out who only wait, for room, a moment or the end of a pause, and for whom `meant` holds.
  struct Waiting {
    std::string channel;
    Out out;
  };
  std::vector<Waiting> remove(const std::function<bool(const Out&)>& meant);

  bool has_ready(std::string_view channel, env::Moment now) const;
  /// The next whose time has come, of a channel that has_ready.
  Out take(std::string_view channel, env::Moment now);

  void call(std::string_view channel, const Out& out);
  struct Called {
    std::string channel;
    Out out;
  };
  /// The one that its channel has been handed and has not answered; it waits for no answer any more then.
  std::optional<Called> answered(state::SendKey key);
  bool is_called(state::SendKey key) const { return called_.contains(key); }

  /// The earliest moment at which somebody who waits for a moment may be taken; kNever where nobody does.
  env::Moment next_due(std::string_view channel) const;
  struct HashKey {
    std::size_t operator()(state::SendKey key) const { return static_cast<std::size_t>(key.high ^ key.low); }
  };
  /// When those may be taken who wait for a moment.
  std::unordered_map<state::SendKey, env::Moment, HashKey> moments() const;
  std::vector<Called> called() const;

  struct Count {
    std::size_t waiting = 0;  // for room, a moment, the end of a pause
    std::size_t called = 0;
  };
  /// By channel.
  std::map<std::string, Count, std::less<>> counts() const;
  std::vector<std::string> channels() const;

 private:
  struct Lane {
    std::deque<Out> ready;
    std::multimap<env::Moment, Out> later;
    std::deque<Out> held;
  };
  Lane& lane(std::string_view channel);

  std::map<std::string, Lane, std::less<>> lanes_;
  std::unordered_map<state::SendKey, Called, HashKey> called_;
};

}  // namespace tend::run
