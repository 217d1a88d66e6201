// What `tend channels` shows of adapters, channels and outcomes.
#include "engine/cli/channels_text.hpp"

#include "engine/cli/channel_words.hpp"
#include "tests/support/test.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;
using state::OutcomeKind;
using text::Tongue;

TEST_CASE("every adapter and every option is explained in Chinese too") {
  for (const channel::AdapterKind& kind : channel::adapter_kinds()) {
    CAPTURE(kind.name, kind.meaning);
    CHECK(!kind.meaning.empty());
    CHECK(in_tongue(kind.meaning, Tongue::zh) != kind.meaning);
    for (const channel::Option& option : channel::options_of(kind)) {
      CAPTURE(option.name, option.meaning);
      const std::string_view zh = in_tongue(option.meaning, Tongue::zh);
      // Names of a platform's own are the same.
      const bool is_name = option.meaning.starts_with("the Secret") || option.meaning.starts_with("the Access") ||
                           option.meaning.starts_with("the SmsSdk") || option.meaning.starts_with("the Account SID");
      CHECK(zh != option.meaning);
      CHECK((is_name || std::any_of(zh.begin(), zh.end(), [](char c) { return (c & 0x80) != 0; })));
    }
  }
}

TEST_CASE("one adapter with its options, which are needed, and which are secret") {
  const std::string text = adapter_text(*channel::find_adapter("webhook"), Tongue::en);
  CHECK(text.starts_with("webhook: posts messages to an address of your own, signed\n"));
  CHECK(text.find("  url                 the address that is called (needed)\n") != std::string::npos);
  CHECK(text.find("(needed) (`env:NAME` or `file:PATH`)\n") != std::string::npos);
  CHECK(text.find("  rate_per_recipient  ") != std::string::npos);
  CHECK(adapter_text(*channel::find_adapter("file"), Tongue::zh).find("（必填）") != std::string::npos);
}

TEST_CASE("channels with how they are, where serve says it") {
  const std::vector<channel::ChannelConfig> configs = {{"mail", "smtp", {{"password", "env:MAIL_PASSWORD"}}},
                                                       {"outbox", "file", {{"path", "o.jsonl"}}}};
  CHECK(channels_text(channels_json(configs, nullptr), Tongue::en) ==
        "channels\n  mail  smtp\n    password = \"env:MAIL_PASSWORD\"\n  outbox  file\n    path = \"o.jsonl\"\n");
  const Json health = {{"channels",
                        {{{"channel", "mail"},
                          {"adapter", "smtp"},
                          {"state", "broken"},
                          {"until", "2026-01-05T02:00:00Z"},
                          {"accepted", 12},
                          {"duplicate", 1},
                          {"rejected_recipient", 2},
                          {"unknown_accepted", 3},
                          {"waiting", 4},
                          {"last_error", "no connection"},
                          {"last_error_at", "2026-01-05T01:59:00Z"}},
                         {{"channel", "outbox"}, {"adapter", "file"}}}}};
  CHECK(channels_text(channels_json(configs, health), Tongue::en) ==
        "channels\n  mail  smtp\n    password = \"env:MAIL_PASSWORD\"\n"
        "    down, left in peace until 2026-01-05T02:00:00Z\n"
        "    13 accepted, 2 refused, 3 unknown, 4 on their way\n"
        "    last trouble: no connection (2026-01-05T01:59:00Z)\n"
        "  outbox  file\n    path = \"o.jsonl\"\n");
  CHECK(channels_text(channels_json(configs, health), Tongue::zh).find("中断，暂不调用，至 2026-01-05T02:00:00Z") !=
        std::string::npos);
  CHECK(channels_text(Json::array(), Tongue::en) == "tend.toml has no channels\n");
}

TEST_CASE("an outcome in words") {
  channel::Report report{.outcome = OutcomeKind::accepted, .provider_id = "id-1"};
  CHECK(outcome_text(report, Tongue::en) == "accepted, as `id-1`\n");
  CHECK(went_out(report));
  report = {.outcome = OutcomeKind::rejected_recipient, .reason = "550 5.1.1 no such address"};
  CHECK(outcome_text(report, Tongue::en) == "the address is refused: 550 5.1.1 no such address\n");
  CHECK(outcome_text(report, Tongue::zh) == "地址被拒：550 5.1.1 no such address\n");
  CHECK(!went_out(report));
  report = {.kind = channel::Report::Kind::returned, .reason = "HTTP 429", .until = 0};
  CHECK(outcome_text(report, Tongue::en) == "not taken now, again from 1970-01-01T00:00:00Z: HTTP 429\n");
  CHECK(!went_out(report));
}

}  // namespace
}  // namespace tend::cli
