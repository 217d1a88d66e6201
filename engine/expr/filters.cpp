#include "engine/expr/filters.hpp"

#include <utf8proc.h>

#include <array>
#include <cmath>
#include <cstdio>

#include "engine/env/moment.hpp"

namespace tend::expr {
namespace {

using program::FilterKind;
using program::ValueKind;

struct Sign {
  const char* code;
  const char* sign;
};
constexpr std::array<Sign, 8> kSigns = {{{"CNY", "¥"},
                                         {"USD", "$"},
                                         {"EUR", "€"},
                                         {"GBP", "£"},
                                         {"JPY", "¥"},
                                         {"HKD", "HK$"},
                                         {"TWD", "NT$"},
                                         {"KRW", "₩"}}};

void append_money(std::string& out, Context& context, const Value& value) {
  const std::string code = value.extra == 0 ? std::string() : program::currency_code(value.extra);
  std::string amount;
  append_text(amount, context, value);
  if (const std::size_t blank = amount.find(' '); blank != std::string::npos) amount.resize(blank);
  if (const std::size_t point = amount.find('.'); point != std::string::npos) {
    if (amount.find_first_not_of('0', point + 1) == std::string::npos) amount.resize(point);
  }
  for (const Sign& sign : kSigns) {
    if (code != sign.code) continue;
    if (amount.starts_with('-')) {
      out += '-';
      amount.erase(0, 1);
    }
    out += sign.sign + amount;
    return;
  }
  out += amount;
  if (!code.empty()) out += " " + code;
}

void append_padded(std::string& out, std::int64_t number, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*lld", digits, static_cast<long long>(number));
  out += text;
}

void append_pattern(std::string& out, Context& context, const Value& value, std::string_view pattern) {
  const env::Zone& zone = context.state->zone(context.customer);
  const env::Date day = value.kind == ValueKind::date ? static_cast<env::Date>(value.i) : env::date_of(zone, value.i);
  const std::int64_t time = value.kind == ValueKind::moment ? env::time_of_day(zone, value.i) : 0;
  const env::Civil civil = env::civil(day);
  const auto letter = [&](const char* word, std::int64_t number, int digits) {
    if (!pattern.starts_with(word)) return false;
    append_padded(out, number, digits);
    pattern.remove_prefix(std::char_traits<char>::length(word));
    return true;
  };
  while (!pattern.empty()) {
    if (letter("yyyy", civil.year, 4) || letter("yy", civil.year % 100, 2) ||
        letter("MM", static_cast<std::int64_t>(civil.month), 2) || letter("M", civil.month, 1) ||
        letter("dd", civil.day, 2) || letter("d", civil.day, 1) || letter("HH", time / 3'600'000, 2) ||
        letter("mm", time / 60'000 % 60, 2)) {
      continue;
    }
    out += pattern.front();
    pattern.remove_prefix(1);
  }
}

/// Calls `see` with each character of the text as a reader counts them.
template <typename See>
void each_character(std::string_view text, const See& see) {
  std::size_t begin = 0, at = 0;
  utf8proc_int32_t before = -1, state = 0;
  while (at < text.size()) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    const std::size_t bytes = length > 0 ? static_cast<std::size_t>(length) : 1;
    if (before >= 0 && (length <= 0 || utf8proc_grapheme_break_stateful(before, code, &state))) {
      if (!see(begin, at)) return;
      begin = at;
    }
    before = length > 0 ? code : 0;
    at += bytes;
  }
  if (begin < text.size()) see(begin, text.size());
}

std::string truncated(std::string_view text, std::size_t most) {
  std::size_t count = 0, kept = 0;
  bool cut = false;
  each_character(text, [&](std::size_t, std::size_t end) {
    ++count;
    if (count > most) {
      cut = true;
      return false;
    }
    if (count < most) kept = end;
    return true;
  });
  if (!cut) return std::string(text);
  return std::string(text.substr(0, kept)) + (most > 0 ? "…" : "");
}

std::string upper(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (length <= 0) {
      out += text[at++];
      continue;
    }
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t written = utf8proc_encode_char(utf8proc_toupper(code), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(written));
    at += static_cast<std::size_t>(length);
  }
  return out;
}

std::string url(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char byte : text) {
    const auto c = static_cast<unsigned char>(byte);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += byte;
      continue;
    }
    out += '%';
    out += kHex[c >> 4];
    out += kHex[c & 15];
  }
  return out;
}

std::string rounded(double number, int digits) {
  const double scale = std::pow(10.0, digits);
  const double whole = std::round(number * scale);
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, std::isfinite(whole) ? whole / scale : number);
  return text;
}

std::string joined(Context& context, const Value& list, std::string_view between) {
  std::string out;
  for (std::uint32_t i = 0; i < list.extra; ++i) {
    if (i > 0) out += between;
    append_text(out, context, list.list[i]);
  }
  return out;
}

}  // namespace

void append_filtered(std::string& out, Context& context, const Value& value,
                     const std::vector<program::FilterUse>& filters) {
  if (value.missing()) return;
  Value now = value;
  std::string text;  // what `now` points to once a filter has written it
  for (const program::FilterUse& filter : filters) {
    const Value argument = filter.argument == program::kNone ? Value() : context.tables->constant(filter.argument);
    const auto count = argument.kind == ValueKind::number ? static_cast<int>(argument.d) : 0;
    std::string written;
    switch (filter.kind) {
      case FilterKind::money:
        if (now.kind != ValueKind::money) continue;
        append_money(written, context, now);
        break;
      case FilterKind::date:
        if (now.kind != ValueKind::date && now.kind != ValueKind::moment) continue;
        append_pattern(written, context, now, argument.kind == ValueKind::text ? argument.str() : "yyyy-MM-dd");
        break;
      case FilterKind::round:
        if (now.kind != ValueKind::number) continue;
        written = rounded(now.d, count);
        break;
      case FilterKind::join:
        if (now.kind != ValueKind::list) continue;
        written = joined(context, now, argument.kind == ValueKind::text ? argument.str() : ", ");
        break;
      case FilterKind::upper:
      case FilterKind::truncate:
      case FilterKind::url: {
        std::string plain;
        append_text(plain, context, now);
        written = filter.kind == FilterKind::upper ? upper(plain)
                  : filter.kind == FilterKind::url ? url(plain)
                                                   : truncated(plain, static_cast<std::size_t>(std::max(count, 0)));
        break;
      }
    }
    text = std::move(written);
    now = Value::string(text);
  }
  append_text(out, context, now);
}

}  // namespace tend::expr
