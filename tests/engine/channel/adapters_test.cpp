// Channels as tend.toml describes them: what is refused, in which words.
#include "engine/channel/adapter.hpp"
#include "engine/channel/kinds.hpp"
#include "tests/engine/channel/sends.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

std::string refusal(const ChannelConfig& config) {
  const Result<void> checked = check_channel(config);
  if (checked) return "";
  CHECK(checked.error().code == ErrorCode::invalid);
  return checked.error().message;
}

TEST_CASE("a channel that is right is right") {
  CHECK(refusal({"outbox", "file", {{"path", "outbox.jsonl"}, {"rate", "200/s"}}}).empty());
  CHECK(refusal({"screen", "console", {}}).empty());
  CHECK(refusal({"screen", "console", {{"rate", "1/min"}}}).empty());
}

TEST_CASE("an unknown adapter or option is answered with those that there are") {
  std::string names;
  for (const AdapterKind& kind : adapter_kinds())
    names.append(kind.name == adapter_kinds().back().name ? " and `" : ", `").append(kind.name).append("`");
  CHECK(refusal({"outbox", "fil", {}}) == "channel `outbox`: there is no adapter `fil`, did you mean `file`?");
  CHECK(refusal({"outbox", "pigeon", {}}) ==
        "channel `outbox`: there is no adapter `pigeon`, the adapters are" + names.substr(1));
  CHECK(refusal({"outbox", "", {}}) == "channel `outbox`: there is no adapter ``, the adapters are" + names.substr(1));
  CHECK(refusal({"outbox", "file", {{"file", "x"}, {"path", "y"}}}) ==
        "channel `outbox`: the adapter `file` has no option `file`, it has `path` and `rate`");
  CHECK(refusal({"screen", "console", {{"path", "x"}}}) ==
        "channel `screen`: the adapter `console` has no option `path`, it has `rate`");
}

TEST_CASE("a missing path and a malformed rate say what is expected") {
  for (const ChannelConfig& config : {ChannelConfig{"o", "file", {}}, ChannelConfig{"o", "file", {{"path", ""}}}}) {
    CHECK(refusal(config) == "channel `o`: the adapter `file` needs `path`, the file that messages are written to");
  }
  CHECK(refusal({"o", "console", {{"rate", "fast"}}}) ==
        "channel `o`: `rate` cannot be `fast`, it is written as `200/s`, and besides `s` there are `min`, `h` and "
        "`day`");
}

TEST_CASE("channels share neither name nor file") {
  const std::vector<ChannelConfig> twice = {{"a", "console", {}}, {"a", "console", {}}};
  REQUIRE_FALSE(check_channels(twice));
  CHECK(check_channels(twice).error().message == "there are two channels `a`");
  const std::vector<ChannelConfig> same = {{"a", "file", {{"path", "out/x.jsonl"}}},
                                           {"b", "file", {{"path", "./out/../out//x.jsonl"}}}};
  REQUIRE_FALSE(check_channels(same));
  CHECK(check_channels(same).error().message ==
        "channels `a` and `b` write to the same file `./out/../out//x.jsonl`, each needs its own");
  const std::vector<ChannelConfig> apart = {{"a", "file", {{"path", "x.jsonl"}}},
                                            {"b", "file", {{"path", "/x.jsonl"}}}};
  CHECK(check_channels(apart));
}

TEST_CASE("paths are relative to the workspace") {
  TempFolder folder;
  const auto adapter = make_adapter({"o", "file", {{"path", "out/x.jsonl"}}}, folder.path(), real_outside());
  REQUIRE(adapter);
  CHECK(std::filesystem::exists(folder.file("out/x.jsonl")));
}

TEST_CASE("a path that cannot be written to is one sentence") {
  TempFolder folder;
  const auto adapter = make_adapter({"o", "file", {{"path", "."}}}, folder.path(), real_outside());
  REQUIRE_FALSE(adapter);
  CHECK_THAT(adapter.error().message, Catch::StartsWith("channel `o` cannot start: cannot write `"));
}

}  // namespace
}  // namespace tend::channel
