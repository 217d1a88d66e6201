// Who tells adapters what stands of customers whom their platforms know too.
#pragma once
#include <mutex>

#include "engine/channel/mirror.hpp"
#include "engine/channel/mirror_listener.hpp"
#include "engine/serve/live.hpp"

namespace tend::serve {

/// Thread: any.
class MirrorDesk final : public channel::MirrorPlace {
 public:
  /// Lifetime: `listener` outlives it.
  explicit MirrorDesk(channel::MirrorListener& listener) : listener_(listener) {}
  /// Answers from here on; with null it has no answers any more, and `live` may go. Lifetime: until then `live` stays.
  void open(Live* live);

  history::MirrorBook& book() override { return listener_.book(); }
  void look(const std::string& channel, std::vector<std::string> customers, Looked looked) override;

 private:
  channel::MirrorListener& listener_;
  std::mutex mutex_;
  Live* live_ = nullptr;
};

}  // namespace tend::serve
