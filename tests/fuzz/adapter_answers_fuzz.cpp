// Answers of platforms and calls by them with any bytes: every adapter gives one outcome for each message, believes no
// stranger, and ends.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dsl/text/must.hpp"
#include "engine/channel/platform/platforms.hpp"

using namespace tend;
using namespace tend::channel;

namespace {

/// Answers with pieces of the input, one after the other; when it is used up there is no answer.
class AnyHost final : public Host {
 public:
  explicit AnyHost(std::string_view bytes) : rest_(bytes) {}
  Task<HttpAnswer> fetch(HttpRequest request) override {
    HttpAnswer answer{.reached = Reached::maybe};
    if (rest_.empty() || ++calls_ > 200) co_return answer;
    const auto kind = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (kind == 0xFF) answer.reached = Reached::no;
    if (kind >= 0xFE) co_return answer;
    answer.reached = Reached::yes;
    constexpr int kStatuses[] = {200, 200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503};
    answer.status = kStatuses[kind % 14];
    if (kind >= 128) answer.headers["retry-after"] = std::to_string(kind * 1'000'000'007LL);
    // A token is handed out as it should be, most of the time: what lies behind it is what is asked about.
    const bool of_token =
        request.url.find("token?corpid") != std::string::npos || request.url.ends_with("stable_token");
    if (of_token && kind % 8 != 7) {
      answer.status = 200;
      answer.body = R"({"errcode":0,"access_token":"T","expires_in":7200})";
      co_return answer;
    }
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    answer.body = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    co_return answer;
  }
  Task<MailAnswer> mail(MailRequest) override { co_return MailAnswer{}; }
  Task<void> sleep(std::chrono::milliseconds span) override {
    now_ += span.count() + 1;
    co_return;
  }
  env::Moment now() override { return now_; }
  std::string random_hex(std::size_t bytes) override { return std::string(bytes * 2, 'a'); }

 private:
  std::string_view rest_;
  int calls_ = 0;
  env::Moment now_ = 1'767'578'400'000;
};

struct Channel {
  const char* adapter;
  MakeRemote make;
  std::map<std::string, std::string> options;
};

const std::vector<Channel>& channels() {
  static const std::vector<Channel> all = {
      {"aliyun_sms",
       make_aliyun_sms,
       {{"access_key", "k"}, {"access_secret", "s"}, {"sign", "x"}, {"callback_key", "k"}}},
      {"tencent_sms",
       make_tencent_sms,
       {{"secret_id", "i"}, {"secret_key", "s"}, {"app_id", "1"}, {"sign", "x"}, {"callback_key", "k"}}},
      {"twilio", make_twilio, {{"account", "AC"}, {"auth_token", "t"}, {"from", "+1"}}},
      {"wechat_oa", make_wechat_oa, {{"appid", "a"}, {"secret", "s"}, {"kind", "template"}, {"callback_token", "t"}}},
      {"wecom", make_wecom, {{"corp", "c"}, {"secret", "s"}}},
      {"wecom_staff", make_wecom_staff, {{"corp", "c"}, {"secret", "s"}, {"agent", "1"}}},
  };
  return all;
}

template <typename T>
T run(Task<T> task) {
  boost::asio::io_context context;
  std::optional<T> result;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
    CHECK_OR_DIE(error == nullptr, "adapters throw nothing");
    result = std::move(value);
  });
  context.run();
  CHECK_OR_DIE(result.has_value(), "adapters end");
  return std::move(*result);
}

std::vector<Message> messages() {
  std::vector<Message> out(3);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].key = {1, i};
    out[i].at = 1'767'578'400'000;
    out[i].to = "1390000123" + std::to_string(i);
    out[i].items = {{"template", "1110", ""}, {"template", "7", "order"}, {"text", "hello", ""}};
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const Channel& channel = channels()[data[0] % channels().size()];
  const ChannelConfig config{
      .name = "ch", .adapter = channel.adapter, .options = channel.options, .limits = known_limits(channel.adapter)};
  auto remote = channel.make(config);
  CHECK_OR_DIE(remote.has_value(), "the options are right");
  AnyHost host(bytes);
  const std::vector<Message> all = messages();
  switch (data[1] % 4) {
    case 0: {
      const auto outcomes = run((*remote)->submit(all, host));
      CHECK_OR_DIE(outcomes.size() == all.size(), "one outcome for each");
      break;
    }
    case 1: run((*remote)->reconcile(all[0], host)); break;
    case 2: {
      env::Moment again = 0;
      run((*remote)->poll("task/13900001230", all[0].at, again, host));
      break;
    }
    default: {
      CallbackRequest request{.method = "POST", .query = "key=k"};
      request.body = bytes;
      (*remote)->on_callback(request, host.now());
      request.query = "key=x";
      const Callback refused = (*remote)->on_callback(request, host.now());
      CHECK_OR_DIE(refused.receipts.empty() && refused.inbound.empty(), "no stranger is believed");
    }
  }
  return 0;
}
