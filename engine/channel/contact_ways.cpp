#include "engine/channel/contact_ways.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "engine/channel/host.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/wecom.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kSettleSeconds = 30;

template <typename Question>
Result<WaysAnswer> ask(const ChannelConfig& config, const Question& question) {
  if (!config.adapter.starts_with("wecom"))
    return fail(ErrorCode::usage,
                "channel `" + config.name + "` has the adapter `" + config.adapter + "`: only WeCom's have such codes");
  const auto whole = with_secrets(config);
  if (!whole) return tl::unexpected(whole.error());
  auto parts = read_wecom_options(*whole);
  if (!parts) return fail(parts.error().code, "channel `" + config.name + "`: " + parts.error().message);
  const auto settle = number_option(*whole, "settle", kSettleSeconds, 0, 600);
  if (!settle) return fail(settle.error().code, "channel `" + config.name + "`: " + settle.error().message);
  asio::io_context context{1};
  auto host = make_host(context, env::real_clock());
  if (!host) return tl::unexpected(host.error());
  WecomWays ways(parts->account, std::chrono::seconds(*settle));
  std::optional<WaysAnswer> answer;
  asio::co_spawn(context, question(ways, **host), [&](const std::exception_ptr& thrown, WaysAnswer told) {
    if (!thrown) answer = std::move(told);
    (*host)->abandon();
  });
  context.run();
  if (!answer) return fail(ErrorCode::io, "WeCom gives an answer that is none");
  return std::move(*answer);
}

}  // namespace

Result<WaysAnswer> list_ways(const ChannelConfig& config) {
  return ask(config, [](WecomWays& ways, Host& host) { return ways.list({}, host); });
}

Result<WaysAnswer> make_way(const ChannelConfig& config, const ContactWay& wanted, bool update) {
  return ask(config, [&](WecomWays& ways, Host& host) { return ways.make(wanted, update, host); });
}

Result<WaysAnswer> remove_way(const ChannelConfig& config, const std::string& state) {
  return ask(config, [&](WecomWays& ways, Host& host) { return ways.remove(state, host); });
}

}  // namespace tend::channel
