// A lane's figures as JSON.
#include "engine/channel/health_json.hpp"

#include <nlohmann/json.hpp>

namespace tend::channel {
namespace {

using Json = nlohmann::ordered_json;

const char* state_of(const LaneHealth& health) {
  if (health.breaker == Breaker::State::open) return "broken";
  if (health.breaker == Breaker::State::half_open) return "trying";
  return health.closed_until == env::kNoMoment ? "open" : "limited";
}

Json moment_json(env::Moment moment) {
  return moment == env::kNoMoment ? Json(nullptr) : Json(env::format_moment(moment));
}

}  // namespace

std::string channels_health(std::span<const ChannelConfig> configs, RemoteDispatcher& dispatcher) {
  Json channels = Json::array();
  for (const ChannelConfig& config : configs) {
    Json one{{"channel", config.name}, {"adapter", config.adapter}};
    if (dispatcher.has(config.name)) {
      const LaneHealth health = dispatcher.health(config.name);
      one["state"] = state_of(health);
      one["until"] = moment_json(health.closed_until);
      one["accepted"] = health.accepted;
      one["duplicate"] = health.duplicate;
      one["rejected_recipient"] = health.rejected_recipient;
      one["rejected_request"] = health.rejected_request;
      one["rejected_account"] = health.rejected_account;
      one["unknown"] = health.unknown;
      one["unknown_accepted"] = health.unknown_accepted;
      one["policy"] = health.policy;
      one["deferred"] = health.deferred;
      one["throttled"] = health.throttled;
      one["returned"] = health.returned;
      one["calls"] = health.calls;
      one["waiting"] = health.waiting;
      one["under_way"] = health.under_way;
      one["unsure"] = health.unsure;
      one["last_error"] = health.last_error;
      one["last_error_at"] = moment_json(health.last_error_at);
      one["last_accepted_at"] = moment_json(health.last_accepted_at);
      const MirrorHealth mirror = dispatcher.mirror_health(config.name);
      if (mirror.mirrors) {
        one["mirror"] = {{"told", mirror.told},
                         {"refused", mirror.refused},
                         {"waiting", mirror.waiting},
                         {"until", moment_json(mirror.until)},
                         {"last_error", mirror.last_error},
                         {"last_error_at", moment_json(mirror.last_error_at)}};
      }
    }
    channels.push_back(std::move(one));
  }
  return Json{{"channels", std::move(channels)}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tend::channel
