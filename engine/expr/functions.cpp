#include "engine/expr/functions.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "dsl/text/utf8.hpp"
#include "engine/expr/arithmetic.hpp"

namespace tend::expr {
namespace {

using program::Type;
using program::TypeInfo;
using program::ValueKind;

constexpr double kWhole = 1e8;             // units of a percentage in 100%
constexpr double kLongest = 1e12;          // seconds: some thirty thousand years
constexpr env::Date kFirstDay = -719'162;  // 0001-01-01
constexpr env::Date kLastDay = 2'932'896;  // 9999-12-31
constexpr double kFirstSecond = kFirstDay * 86'400.0;
constexpr double kEndSecond = (kLastDay + 1) * 86'400.0;
constexpr std::int64_t kMonth = 30 * env::kDay;  // as where lengths of time are compared

double power_of_ten(int digits) {
  double power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

int digits_of(program::Currency currency) { return currency == 0 ? 2 : program::currency_digits(currency); }

LuaValue number(double value) { return {.kind = LuaValue::Kind::number, .number = value}; }

LuaValue to_lua(const Value& value) {
  const auto whole = static_cast<double>(value.i);
  switch (value.kind) {
    case ValueKind::missing:
    case ValueKind::list: return {};
    case ValueKind::boolean: return {.kind = LuaValue::Kind::boolean, .truth = value.i != 0};
    case ValueKind::number: return number(value.d);
    case ValueKind::money: return number(whole / power_of_ten(digits_of(value.extra)));
    case ValueKind::percent: return number(whole / kWhole);
    case ValueKind::text: return {.kind = LuaValue::Kind::text, .text = value.str()};
    case ValueKind::date: return number(whole);
    case ValueKind::time_of_day:
    case ValueKind::moment: return number(whole / env::kSecond);
    case ValueKind::duration: return number(static_cast<double>(value.dur().months * kMonth + value.i) / env::kSecond);
  }
  return {};
}

bool well_formed(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const text::CodePoint point = text::decode(text, i);
    if (!point.valid || point.value == 0) return false;
    i += point.length;
  }
  return true;
}

/// The one currency of all the amounts; 0 where there is none, or more than one.
program::Currency currency_of(std::span<const Value> arguments) {
  program::Currency found = 0;
  for (const Value& argument : arguments) {
    if (argument.kind != ValueKind::money || argument.extra == 0) continue;
    if (found != 0 && found != argument.extra) return 0;
    found = argument.extra;
  }
  return found;
}

struct Given {
  Value value;
  std::string why;  // it is none
};

Given no(std::string why) { return {.value = {}, .why = std::move(why)}; }

/// In whole milliseconds, half away from zero.
std::int64_t milliseconds(double seconds) { return std::llround(seconds * env::kSecond); }

Given money_from(double units, const LuaValue& code, std::span<const Value> arguments) {
  program::Currency currency = currency_of(arguments);
  if (code.kind == LuaValue::Kind::text) {
    if (code.text.empty() || code.text.size() > 4 ||
        code.text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != std::string_view::npos)
      return no("gives an amount whose second value is no currency");
    currency = program::pack_currency(code.text);
  }
  if (currency == 0 && units != 0)
    return no("gives an amount whose currency no amount handed over says: `return 10, \"CNY\"` does");
  const auto exact = millionths(units);
  if (!exact || std::fabs(units) > 1e15) return no("gives an amount that is too large");
  const auto power = static_cast<Wide>(power_of_ten(digits_of(currency)));
  return {.value = money_or_missing(divide_half_away(*exact * power, 1'000'000), currency), .why = {}};
}

Given from_number(const TypeInfo& type, double n, const LuaValue& second, std::span<const Value> arguments) {
  if (!std::isfinite(n)) return no("gives a number that is not finite");
  switch (type.type) {
    case Type::number: return {.value = Value::number(n == 0 ? 0.0 : n), .why = {}};
    case Type::money: return money_from(n, second, arguments);
    case Type::percent:
      if (std::fabs(n) > 1e9) return no("gives a percentage that is too large");
      return {.value = Value::percent(std::llround(n * kWhole)), .why = {}};
    case Type::date:
      if (n != std::floor(n) || n < kFirstDay || n > kLastDay) return no("gives a number of days that is no date");
      return {.value = Value::date(static_cast<std::int64_t>(n)), .why = {}};
    case Type::time_of_day:
      if (n < 0 || milliseconds(std::min(n, 1e6)) >= env::kDay)
        return no("gives a number of seconds that is no time of day");
      return {.value = Value::time_of_day(milliseconds(n)), .why = {}};
    case Type::moment:
      if (n < kFirstSecond || n >= kEndSecond) return no("gives a number of seconds that is no moment");
      return {.value = Value::moment(milliseconds(n)), .why = {}};
    case Type::duration:
      if (std::fabs(n) > kLongest) return no("gives a length of time that is too long");
      return {.value = Value::duration({0, milliseconds(n)}), .why = {}};
    default: return no("gives a number, and that is not what it is declared to give");
  }
}

Given from_text(const TypeInfo& type, std::string_view text, Lists& texts) {
  if (type.type != Type::text && type.type != Type::one_of)
    return no("gives a text, and that is not what it is declared to give");
  if (!well_formed(text)) return no("gives a text that is not UTF-8");
  if (type.type == Type::one_of && std::find(type.members.begin(), type.members.end(), text) == type.members.end())
    return no("gives a text that is none of those declared");
  if (text.empty()) return {.value = Value::string(""), .why = {}};
  auto& bytes = texts.add();
  bytes.resize((text.size() + sizeof(Value) - 1) / sizeof(Value));
  std::memcpy(static_cast<void*>(bytes.data()), text.data(), text.size());
  return {.value = Value::string({reinterpret_cast<const char*>(bytes.data()), text.size()}), .why = {}};
}

Given from_lua(const TypeInfo& type, std::span<const LuaValue> results, std::span<const Value> arguments,
               Lists& texts) {
  const LuaValue& given = results[0];
  switch (given.kind) {
    case LuaValue::Kind::none: return {};
    case LuaValue::Kind::boolean:
      if (type.type != Type::boolean) return no("gives true or false, and that is not what it is declared to give");
      return {.value = Value::boolean(given.truth), .why = {}};
    case LuaValue::Kind::number: return from_number(type, given.number, results[1], arguments);
    case LuaValue::Kind::text: return from_text(type, given.text, texts);
    case LuaValue::Kind::other: break;
  }
  return no("gives a table or a function, which the language has no value for");
}

/// In its file: `retention.score` is `score` there.
std::string_view name_in_lua(std::string_view name) { return name.substr(name.rfind('.') + 1); }

}  // namespace

Functions::Functions(const program::Program& program) : program_(&program) {
  for (const program::Function& function : program.functions) {
    all_.push_back(std::make_unique<One>());
    all_.back()->trouble.name = function.name;
  }
}

Value Functions::wrong(One& one, std::string why) {
  const std::lock_guard lock(one.mutex);
  if (one.trouble.calls++ == 0) {
    one.trouble.first = std::move(why);
    news_ = true;
  }
  return {};
}

Value Functions::call(std::uint32_t function, std::span<const Value> arguments, Lists& texts) {
  One& one = *all_[function];
  const program::Function& declared = program_->functions[function];
  std::unique_ptr<Sandbox> machine;
  {
    const std::lock_guard lock(one.mutex);
    if (!one.idle.empty()) {
      machine = std::move(one.idle.back());
      one.idle.pop_back();
    } else if (!one.unreadable.empty()) {
      ++one.trouble.calls;
      return {};
    }
  }
  if (!machine) {
    auto read = Sandbox::read(declared.source, declared.file);
    if (!read) {
      {
        const std::lock_guard lock(one.mutex);
        one.unreadable = read.error().message;
      }
      return wrong(one, read.error().message);
    }
    machine = std::move(*read);
  }
  std::vector<LuaValue> handed;
  handed.reserve(arguments.size());
  for (const Value& argument : arguments) handed.push_back(to_lua(argument));
  LuaValue results[2];
  const std::string failed = machine->call(name_in_lua(declared.name), handed, results);
  Given given = failed.empty() ? from_lua(declared.result, results, arguments, texts) : no(failed);
  {
    const std::lock_guard lock(one.mutex);
    one.idle.push_back(std::move(machine));
  }
  return given.why.empty() ? given.value : wrong(one, std::move(given.why));
}

std::vector<FunctionTrouble> Functions::trouble() const {
  std::vector<FunctionTrouble> found;
  for (const auto& one : all_) {
    const std::lock_guard lock(one->mutex);
    if (one->trouble.calls > 0) found.push_back(one->trouble);
  }
  return found;
}

std::vector<std::string> Functions::news() {
  std::vector<std::string> sentences;
  if (!news_.exchange(false)) return sentences;
  for (const auto& one : all_) {
    const std::lock_guard lock(one->mutex);
    if (one->trouble.calls == 0 || one->told) continue;
    one->told = true;
    sentences.push_back("the function `" + one->trouble.name +
                        "` came to nothing, which is told once: " + one->trouble.first);
  }
  return sentences;
}

}  // namespace tend::expr
