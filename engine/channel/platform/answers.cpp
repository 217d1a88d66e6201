#include "engine/channel/platform/answers.hpp"

#include <algorithm>
#include <charconv>

#include "engine/channel/platform/china.hpp"

namespace tend::channel {
namespace {

constexpr std::int64_t kRetryAfterMax = 86'400;  // seconds: a day; what is longer is a mistake

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool fits(std::string_view pattern, std::string_view code) {
  if (!pattern.ends_with('*')) return pattern == code;
  return code.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

const Code* find_code(std::span<const Code> table, std::string_view code) {
  const auto row = std::find_if(table.begin(), table.end(), [&](const Code& one) { return fits(one.code, code); });
  return row == table.end() ? nullptr : &*row;
}

Outcome outcome_of(const Code& row, std::string_view code, env::Moment now) {
  Outcome out{.fate = row.fate, .scope = row.scope, .suppress = row.suppress};
  out.reason.append(code).append(" ").append(row.words);
  if (row.wait_ms > 0) out.until = now + row.wait_ms;
  if (row.wait_ms == kUntilMidnight) out.until = china_midnight_after(now);
  if (row.wait_ms == kUntilMonth) out.until = china_month_after(now);
  return out;
}

Outcome outcome_of(std::span<const Code> table, std::string_view code, env::Moment now) {
  if (const Code* row = find_code(table, code)) return outcome_of(*row, code, now);
  constexpr std::size_t kCodeMax = 80;
  return rejected(Scope::request, std::string(code.substr(0, kCodeMax)));
}

Outcome rejected(Scope scope, std::string reason) {
  Outcome out{.fate = Fate::rejected, .scope = scope};
  out.reason = std::move(reason);
  return out;
}

Outcome unknown(std::string reason) {
  Outcome out{.fate = Fate::unknown};
  out.reason = std::move(reason);
  return out;
}

bool may_be_taken(const HttpAnswer& answer) {
  return answer.reached == Reached::maybe ||
         (answer.reached == Reached::yes && (answer.status < 300 || answer.status >= 500));
}

Outcome outcome_without_words(const HttpAnswer& answer, env::Moment now) {
  Outcome out{.fate = Fate::deferred, .scope = Scope::account};
  if (answer.reached == Reached::no) {
    out.reason = "no connection";
    return out;
  }
  if (answer.reached == Reached::maybe) return unknown("no answer");
  const std::string status = "HTTP " + std::to_string(answer.status);
  if (may_be_taken(answer)) return unknown(answer.status < 300 ? "an answer that is none" : status);
  if (answer.status == 429) {
    out.fate = Fate::throttled;
    out.reason = status;
    const auto header = answer.headers.find("retry-after");
    const auto seconds = header == answer.headers.end() ? std::nullopt : whole_number(header->second);
    if (seconds && *seconds >= 0) out.until = now + std::min(*seconds, kRetryAfterMax) * 1000;
    return out;
  }
  // A redirect or a refusal without the platform's words: the base address or what stands in between is wrong.
  const bool of_account = answer.status < 400 || answer.status == 401 || answer.status == 403 || answer.status == 407;
  return rejected(of_account ? Scope::account : Scope::request, status);
}

std::optional<Json> read_json(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto member = object.find(name);
  if (member == object.end()) return {};
  if (member->is_string()) return member->get<std::string>();
  if (member->is_number_integer()) return member->dump();
  return {};
}

std::int64_t number_in(const Json& object, const char* name, std::int64_t otherwise) {
  return whole_number(text_in(object, name)).value_or(otherwise);
}

const Json* part_of(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(name);
  return member != object.end() && member->is_structured() ? &*member : nullptr;
}

std::string write_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace tend::channel
