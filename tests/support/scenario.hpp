// A playbook text, some inputs, and what the engine then sends: the shape of the specification's examples.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "engine/env/zone.hpp"
#include "engine/run/figures.hpp"
#include "engine/simulate/recorded.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

namespace tend::test {

/// A run of [from, to) over inputs given one by one.
class Scenario {
 public:
  explicit Scenario(const std::string& text) : program_(compile_or_throw(text)) {
    rows_.sources.push_back({});
    rows_.sources[0].is_register = false;
  }

  struct Field {
    std::string name;
    program::Value value;
  };

  Scenario& event(const std::string& at, const std::string& customer, const std::string& event,
                  std::vector<Field> fields = {}) {
    const auto index = program::find_event(program_, event);
    REQUIRE(index);
    std::string blob;
    for (const Field& field : fields) {
      const auto f = program::find_field(program_.events[*index], field.name);
      REQUIRE(f);
      state::append_field(blob, static_cast<std::uint16_t>(*f), field.value);
    }
    return add(at, customer, *index, blob);
  }
  Scenario& tag(const std::string& at, const std::string& customer, const std::string& tag) {
    std::string blob;
    state::append_field(blob, state::kTagAdd, program::Value::string(tag));
    return add(at, customer, simulate::kAttributesRow, blob);
  }
  Scenario& set(const std::string& at, const std::string& customer, const std::string& attribute,
                program::Value value) {
    const auto index = program::find_attribute(program_, attribute);
    REQUIRE(index);
    std::string blob;
    state::append_field(blob, static_cast<std::uint16_t>(*index), value);
    return add(at, customer, simulate::kAttributesRow, blob);
  }

  /// The sends of all customers as `message at`, in order of --sends.
  std::vector<std::string> run(const std::string& from, const std::string& to, std::uint32_t window_rows = 16384) {
    std::stable_sort(rows_.rows.begin(), rows_.rows.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    const journey::Plan plan(program_, "outbox");
    simulate::AcceptingSender sender;
    struct Line {
      env::Moment at;
      std::string customer, text;
    };
    std::vector<Line> lines;
    run::EngineOptions options{.partitions = 4, .threads = 1};
    options.on_accepted = [&](const run::Send& send) {
      lines.push_back(
          {send.at, std::string(send.customer), std::string(send.message) + " " + env::format_moment(send.at)});
    };
    const auto engine = run::Engine::in_memory(plan, options, sender);
    const env::Zone& zone = *env::find_zone(program_.timezone);
    const simulate::RecordedOptions recorded{
        .from = *env::parse_moment(from, zone), .to = *env::parse_moment(to, zone), .window_rows = window_rows};
    const auto done = simulate::run_recorded(*engine, rows_, recorded);
    REQUIRE(done);
    figures = run::collect_figures(engine->partitions());
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.at != b.at ? a.at < b.at : a.customer < b.customer; });
    std::vector<std::string> texts;
    for (const Line& line : lines) texts.push_back(line.text);
    return texts;
  }

  run::Figures figures;

 private:
  Scenario& add(const std::string& at, const std::string& customer, std::uint32_t event, const std::string& blob) {
    const auto moment = env::parse_moment(at, env::utc());
    REQUIRE(moment);
    rows_.rows.push_back({.at = *moment,
                          .offset = rows_.data.size(),
                          .fields_size = static_cast<std::uint32_t>(blob.size()),
                          .event = event,
                          .customer_size = static_cast<std::uint16_t>(customer.size()),
                          .source = 0});
    rows_.data += customer + blob;
    return *this;
  }

  program::Program program_;
  simulate::Rows rows_;
};

}  // namespace tend::test
