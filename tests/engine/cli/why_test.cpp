// Mirrors engine/cli/why_others: one who reads other customers, told from the whole log and, once its beginning is
// gone, from the history.
#include "engine/cli/why.hpp"

#include "dsl/check/check.hpp"
#include "dsl/syntax/parse.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/indexer.hpp"
#include "tests/engine/simulate/scratch_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

const std::string kText =
    "customer { referrer customer; rank number }\nevent order { amount money }\nactivity is order\n"
    "message a { text \"a\" }\nmessage b { text \"b\" }\n"
    "playbook p { enter on order; again always; if customer.referrer.rank >= 5 { send a; wait 2 days; send b } else { "
    "wait 1 day; send b } }\n";
constexpr int kCustomers = 20;
constexpr int kDays = 40;

class Taking final : public run::Sender {
 public:
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::handed_over);
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

check::CheckResult checked() {
  const std::vector<text::Source> sources{{.name = "test.tend", .text = kText}};
  diagnostic::Sink sink;
  std::vector<syntax::File> files;
  files.push_back(syntax::parse(sources[0], 0, sink));
  check::CheckResult result = check::check(sources, files, {}, sink);
  REQUIRE(result.program);
  return result;
}

run::DataFolder open_folder(const std::string& path) {
  auto folder = run::open_data_folder(env::real_files(), path, 4);
  REQUIRE(folder);
  return std::move(*folder);
}

/// A folder in which customers order, and ranks that others read move, each in a moment of his own.
void live(const std::string& path, const check::CheckResult& shop, run::EngineOptions options) {
  Taking channel;
  const journey::Plan plan(*shop.program, "paper");
  run::DataFolder folder = open_folder(path);
  run::Indexer indexer(folder);
  options.history = indexer.hook();
  auto opened = run::Engine::open(std::move(folder), plan, program::serialize(*shop.program),
                                  program::serialize(shop.places), options, channel);
  REQUIRE(opened);
  run::Engine& engine = **opened;
  engine.add_deploy(0);
  const auto attribute = [&](const char* name) {
    return static_cast<std::uint16_t>(*program::find_attribute(*shop.program, name));
  };
  for (int day = 0; day < kDays; ++day) {
    for (int c = 0; c < kCustomers; ++c) {
      const std::string customer = "c" + std::to_string(c), referrer = "c" + std::to_string((c * 7 + 1) % kCustomers);
      const env::Moment at = day * env::kDay + c * env::kMinute;
      std::string fields;
      state::append_field(fields, attribute("referrer"), program::Value::string(referrer));
      state::append_field(fields, attribute("rank"), program::Value::number((c * 11 + day * 7) % 10));
      if ((c + day) % 2 == 0) engine.add(state::AttributesInput{.moment = at, .customer = customer, .fields = fields});
      if ((c * 7 + day * 5) % 3 == 0)
        engine.add(state::EventInput{.moment = at + 1,
                                     .at = at + 1,
                                     .customer = customer,
                                     .event = *program::find_event(*shop.program, "order")});
      engine.add_tick(at + 2);
      REQUIRE(engine.commit());
    }
  }
}

/// Everybody's story, and whether the log that it is told from is whole.
std::string stories(const std::string& path, bool& whole) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), path);
  REQUIRE(folder);
  auto log = log::open_log_for_reading(env::real_files(), folder->log());
  auto history = history::History::open_for_reading(folder->history());
  REQUIRE((log && history));
  run::Programs programs("paper");
  const auto hash = run::current_program(*folder);
  REQUIRE(hash);
  const auto running = programs.load(*folder, *hash);
  REQUIRE(running);
  whole = (*log)->segments().front().number == 1;
  std::string told;
  for (int c = 0; c < kCustomers; c += 3) {
    cli::WhyArguments arguments;
    arguments.customer = "c" + std::to_string(c);
    const auto story = cli::why_among_others(arguments, {*folder, programs, **running, **log, **history},
                                             text::Tongue::en, kDays * env::kDay);
    INFO((story ? "" : story.error().message));
    REQUIRE(story);
    // The last line says until when time was told, which is not told of the log alone.
    told += story->substr(0, story->rfind('\n', story->size() - 2) + 1);
  }
  return told;
}

}  // namespace

TEST_CASE("the story of one who reads others is the same from the log and from the history", "[why]") {
  const simulate::ScratchFolder scratch;
  const check::CheckResult shop = checked();
  live(scratch / "whole", shop, {.threads = 1, .segment_bytes = 64 << 20});
  live(scratch / "short", shop,
       {.threads = 1,
        .segment_bytes = 64 << 10,
        .snapshot_bytes = 16 << 10,
        .house_bytes = 4 << 10,
        .background_in_turn = [] { return true; }});
  bool whole = false, short_is_whole = true;
  const std::string told = stories(scratch / "whole", whole), again = stories(scratch / "short", short_is_whole);
  REQUIRE(whole);
  REQUIRE(!short_is_whole);
  CHECK(told.size() > 2000);
  CHECK(told.find("paper") != std::string::npos);
  CHECK(told.find("outbox") == std::string::npos);
  CHECK(told == again);
}
