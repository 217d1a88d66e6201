// Limits of channels: known of a platform, declared in tend.toml, handed to the checker.
#include "engine/simulate/facts.hpp"

#include "engine/channel/limits.hpp"
#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("hours and lengths of time are read as they are written") {
  channel::Limits limits;
  CHECK(simulate::read_hours("08:00-20:30", limits));
  CHECK(limits.open_from == 8 * 3'600'000);
  CHECK(limits.open_to == 20 * 3'600'000 + 30 * 60'000);
  for (const char* const wrong :
       {"", "8:00-20:00", "08:00 20:00", "24:00-20:00", "08:60-20:00", "08:00-08:00", "-8:00-20:00"})
    CHECK_FALSE(simulate::read_hours(wrong, limits));
  CHECK(simulate::read_span("90min") == 90 * 60'000);
  CHECK(simulate::read_span("24h") == 24 * 3'600'000);
  CHECK(simulate::read_span("3d") == 3 * 86'400'000);
  for (const char* const wrong : {"", "24", "h", "0h", "-1h", "24 h", "1w", "99999999h"})
    CHECK(simulate::read_span(wrong) == 0);
}

TEST_CASE("a closed channel is quiet, a confirmed one has its deadline") {
  channel::ChannelConfig config{
      .name = "sms", .adapter = "aliyun_sms", .options = {}, .limits = channel::known_limits("aliyun_sms")};
  check::ChannelFacts facts = simulate::facts_of(config);
  CHECK(facts.approved_only);
  CHECK(facts.items == std::vector<std::string>{"template"});
  CHECK_FALSE(facts.needs_confirmation);
  REQUIRE(facts.closed.size() == 1);
  CHECK(facts.closed[0].from == 20 * 3'600'000);
  CHECK(facts.closed[0].to == 8 * 3'600'000);
  CHECK(facts.closed[0].channel == "sms");
  facts =
      simulate::facts_of({.name = "w", .adapter = "wecom", .options = {}, .limits = channel::known_limits("wecom")});
  CHECK(facts.needs_confirmation);
  CHECK(facts.confirmation_deadline.ms == 72 * 3'600'000);
  facts = simulate::facts_of({.name = "o", .adapter = "file", .options = {}, .limits = channel::known_limits("file")});
  CHECK(facts.items.empty());
  CHECK(facts.closed.empty());
  CHECK(facts.carries_private);
}
