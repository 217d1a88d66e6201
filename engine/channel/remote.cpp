// What an adapter does that has no word of its own for it.
#include "engine/channel/remote.hpp"

namespace tend::channel {

Task<Outcome> Remote::reconcile(const Message&, Host&) { co_return Outcome{.fate = Fate::unknown}; }

Task<std::vector<Receipt>> Remote::poll(const std::string&, env::Moment, env::Moment& again, Host&) {
  again = env::kNoMoment;
  co_return std::vector<Receipt>{};
}

Task<News> Remote::gather(env::Moment& again, Host&) {
  again = env::kNoMoment;
  co_return News{};
}

Callback Remote::on_callback(const CallbackRequest&, env::Moment) {
  return {.status = 404, .body = "this channel takes no calls\n"};
}

Task<Callback> Remote::called(CallbackRequest request, Host& host) { co_return on_callback(request, host.now()); }

}  // namespace tend::channel
