// A small program built without a text: attributes of every type, two event types, a pen that writes nodes, and
// customers at random.
#pragma once
#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/expr/evaluate.hpp"
#include "engine/state/layout.hpp"

namespace tend::expr::test {

using program::Aggregate;
using program::kNone;
using program::Op;
using program::Program;
using program::Type;
using program::Value;
using program::ValueKind;

inline constexpr program::Currency kCny = 'C' | 'N' << 8 | 'Y' << 16;
inline constexpr program::Currency kUsd = 'U' | 'S' << 8 | 'D' << 16;
inline constexpr env::Moment kBase = 1'772'323'200'000;  // 2026-03-01 00:00 UTC

enum Attribute : std::uint32_t { kZone, kLanguage, kBudget, kBorn, kCity, kGold, kScore, kSeen, kSpend, kSubscribed };
enum Event : std::uint32_t { kOrder, kVisit };
enum Field : std::uint32_t { kAmount, kPrice, kGift, kCoupon };

/// What chooses at random: the given bytes as long as there are some, then a seed.
class Chance {
 public:
  using result_type = std::uint64_t;
  /// Lifetime: the bytes outlive it.
  explicit Chance(std::uint64_t seed, std::span<const std::uint8_t> bytes = {}) : random_(seed), bytes_(bytes) {}

  std::uint64_t operator()() {
    if (bytes_.empty()) return random_();
    const std::uint64_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return UINT64_MAX; }

 private:
  std::mt19937_64 random_;
  std::span<const std::uint8_t> bytes_;
};

/// Writes nodes, children first. What it gives back is the node's index.
class Pen {
 public:
  explicit Pen(Program& program) : program_(program) {}

  std::uint32_t node(Op op, Type type, std::uint32_t a = kNone, std::uint32_t b = kNone) {
    program_.nodes.push_back({op, type, a, b});
    return static_cast<std::uint32_t>(program_.nodes.size() - 1);
  }
  std::uint32_t constant(ValueKind kind, std::int64_t integer, std::uint32_t extra = 0, const std::string& text = "",
                         double number = 0) {
    program_.constants.push_back(
        {.kind = kind, .integer = integer, .number = number, .extra = extra, .text = text, .list = {}});
    return static_cast<std::uint32_t>(program_.constants.size() - 1);
  }
  std::uint32_t number(double value) {
    return node(Op::constant, Type::number, constant(ValueKind::number, 0, 0, "", value));
  }
  std::uint32_t text(const std::string& value) {
    return node(Op::constant, Type::text, constant(ValueKind::text, 0, 0, value));
  }
  std::uint32_t boolean(bool value) { return node(Op::constant, Type::boolean, constant(ValueKind::boolean, value)); }
  std::uint32_t money(std::int64_t minor, program::Currency currency) {
    return node(Op::constant, Type::money, constant(ValueKind::money, minor, currency));
  }
  std::uint32_t date(std::int64_t days) { return node(Op::constant, Type::date, constant(ValueKind::date, days)); }
  std::uint32_t moment(env::Moment at) { return node(Op::constant, Type::moment, constant(ValueKind::moment, at)); }
  std::uint32_t duration(program::Duration value) {
    return node(Op::constant, Type::duration,
                constant(ValueKind::duration, value.ms, static_cast<std::uint32_t>(value.months)));
  }
  std::uint32_t attribute(std::uint32_t index) {
    return node(Op::attribute, program_.attributes[index].type.type, index);
  }
  std::uint32_t window(const program::Window& window, Type type) {
    program_.windows.push_back(window);
    return node(Op::window, type, static_cast<std::uint32_t>(program_.windows.size() - 1));
  }
  std::uint32_t expression(std::uint32_t root) {
    program_.expressions.push_back({.root = root, .dependencies = {}});
    return static_cast<std::uint32_t>(program_.expressions.size() - 1);
  }

 private:
  Program& program_;
};

inline Program make_shop() {
  Program program;
  program.timezone = "Asia/Shanghai";
  const auto attribute = [&](const char* name, Type type) {
    program.attributes.push_back({.name = name, .type = {.type = type, .element = {}, .members = {}}});
  };
  attribute("timezone", Type::text);
  attribute("language", Type::text);
  attribute("budget", Type::money);
  attribute("born", Type::date);
  attribute("city", Type::text);
  attribute("gold", Type::boolean);
  attribute("score", Type::number);
  attribute("seen", Type::moment);
  attribute("spend", Type::number);
  attribute("subscribed", Type::boolean);
  const auto field = [](const char* name, Type type) {
    return program::Field{.name = name, .type = {.type = type, .element = {}, .members = {}}};
  };
  program.events.push_back({.name = "order",
                            .fields = {field("amount", Type::number), field("price", Type::money),
                                       field("gift", Type::boolean), field("coupon", Type::text)}});
  program.events.push_back({.name = "visit", .fields = {}});
  program.activity = {kOrder, kVisit};
  return program;
}

/// The program with its tables and a partition of customers; the program must be whole before.
struct Partition {
  explicit Partition(Program whole)
      : program(std::move(whole)), layout(state::make_layout(program)), tables(program), state(program, layout, 0) {}
  Program program;
  state::Layout layout;
  Tables tables;
  state::State state;
};

/// Numbers that meet each other often, and some at the ends of what a double holds.
inline double any_number(Chance& random) {
  static constexpr double kNumbers[] = {
      0.0,  -0.0, 1,    2,      3,      100,     0.1,    0.2,     0.30000000000000004, -1,
      -2.5, 1e16, 1e17, 5e-324, 1e-308, 1.7e308, -9e307, 1.0 / 3, 9007199254740993.0,  123.456,
      -0.1};
  return kNumbers[random() % std::size(kNumbers)];
}

/// Moments that meet each other often: whole quarters of days, sometimes a millisecond beside.
inline env::Moment any_moment(Chance& random) {
  const auto quarters = static_cast<env::Moment>(random() % 120);
  const auto beside = random() % 4 == 0 ? static_cast<env::Moment>(random() % 3) - 1 : 0;
  return kBase + quarters * (env::kDay / 4) + beside;
}

inline Value any_money(Chance& random) {
  static constexpr std::int64_t kMinor[] = {0,      1,           9'999,           10'000,    10'001,
                                            -5'000, (1ll << 53), (1ll << 53) + 1, INT64_MAX, INT64_MIN + 1};
  return Value::money(kMinor[random() % std::size(kMinor)], random() % 4 == 0 ? kUsd : kCny);
}

/// Makes one customer: half of everything may be missing; events share moments.
inline std::uint32_t add_customer(Partition& partition, Chance& random, std::uint32_t number) {
  static constexpr const char* kZones[] = {"America/New_York", "UTC", "Europe/Berlin"};
  static constexpr const char* kCities[] = {"Shanghai", "Berlin", "上海", ""};
  state::State& state = partition.state;
  const auto chance = [&] { return random() % 3 != 0; };
  bool is_new = false;
  const std::uint32_t customer = state.customer("customer-" + std::to_string(number), any_moment(random), is_new);
  if (chance()) state.set_attribute(customer, kZone, Value::string(kZones[random() % 3]));
  if (chance()) state.set_attribute(customer, kBudget, any_money(random));
  if (chance())
    state.set_attribute(customer, kBorn, Value::date(static_cast<std::int64_t>(kBase / env::kDay - random() % 30'000)));
  if (chance()) state.set_attribute(customer, kCity, Value::string(kCities[random() % 4]));
  if (chance()) state.set_attribute(customer, kGold, Value::boolean(random() % 2));
  if (chance()) state.set_attribute(customer, kSubscribed, Value::boolean(random() % 2));
  if (chance()) state.set_attribute(customer, kScore, Value::number(any_number(random)));
  if (chance()) state.set_attribute(customer, kSpend, Value::number(any_number(random)));
  if (chance()) state.set_attribute(customer, kSeen, Value::moment(any_moment(random)));
  if (chance()) state.set_tag(customer, "staff", true);
  if (chance()) state.set_tag(customer, "vip", true);
  if (chance()) state.set_consent(customer, "sms", true);
  env::Moment last = env::kNoMoment;
  const auto events = random() % 8;
  for (std::size_t i = 0; i < events; ++i) {
    const env::Moment at = i > 0 && random() % 3 == 0 ? last : any_moment(random);
    last = at;
    std::string fields;
    if (chance()) state::append_field(fields, kAmount, Value::number(any_number(random)));
    if (chance()) state::append_field(fields, kPrice, any_money(random));
    if (chance()) state::append_field(fields, kGift, Value::boolean(random() % 2));
    if (chance()) state::append_field(fields, kCoupon, Value::string(kCities[random() % 4]));
    const std::uint32_t event = random() % 3 == 0 ? kVisit : kOrder;
    state.keep_event(customer, event, at, event == kOrder ? fields : "", kBase);
    state.at(customer).last_activity = std::max(state.at(customer).last_activity, at);
  }
  return customer;
}

/// The customers' clocks, too, want to be asked right on a boundary.
inline program::Duration any_duration(Chance& random) {
  switch (random() % 4) {
    case 0: return {.months = static_cast<std::int32_t>(1 + random() % 14), .ms = 0};
    case 1: return {.months = 0, .ms = static_cast<std::int64_t>(1 + random() % 40) * (env::kDay / 4)};
    case 2: return {.months = 0, .ms = static_cast<std::int64_t>(1 + random() % 400) * env::kDay};
    default: return {.months = 1, .ms = env::kDay};
  }
}

}  // namespace tend::expr::test
