#include "dsl/prose/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "dsl/program/money.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::prose {
namespace {

constexpr char kOpen = '\x01', kClose = '\x02';  // around the author's words, until `finish`
constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

bool is_zh(Tongue tongue) { return tongue == Tongue::zh; }

std::string without_controls(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

bool is_han(char32_t c) { return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF); }
bool is_latin_word(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' ||
         (c >= 0xC0 && c < 0x250);
}

std::string grouped(std::string digits) {
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

/// An English noun in one small word can be counted; anything else is called "a NAME event".
bool is_plain_noun(std::string_view name) {
  return name.size() > 1 && std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string with_article(const std::string& noun, std::string_view first) {
  const bool vowel = !first.empty() && std::string_view("aeioAEIO").find(first[0]) != std::string_view::npos;
  return (vowel ? "an " : "a ") + noun;
}

std::string plural(const std::string& noun) {
  const auto ends = [&](std::string_view end) {
    return noun.size() >= end.size() && std::string_view(noun).substr(noun.size() - end.size()) == end;
  };
  if (ends("s") || ends("x") || ends("ch") || ends("sh")) return noun + "es";
  const bool y_after_consonant =
      ends("y") && noun.size() > 1 && std::string_view("aeiou").find(noun[noun.size() - 2]) == std::string_view::npos;
  return y_after_consonant ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s";
}

struct BuiltinWords {
  const char *one, *many, *bare, *zh;
};
/// As program::kBuiltinEvents.
constexpr BuiltinWords kBuiltins[] = {
    {"being added as a contact", "times added as a contact", "added as a contact", "添加好友"},
    {"a message sent", "messages sent", "message sent", "消息发出"},
    {"a message delivered", "messages delivered", "message delivered", "消息送达"},
    {"a message that failed", "messages that failed", "message failed", "消息发送失败"},
    {"a message opened", "messages opened", "message opened", "打开消息"},
    {"a click", "clicks", "click", "点击消息"},
    {"an unsubscription", "unsubscriptions", "unsubscribed", "退订"},
    {"a complaint", "complaints", "complaint", "投诉"},
    {"a finished task", "finished tasks", "task done", "任务完成"},
    {"a refused task", "refused tasks", "task refused", "任务被拒"},
};

const BuiltinWords* builtin(const program::Event& event) {
  for (std::size_t i = 0; i < std::size(kBuiltins); ++i)
    if (event.name == program::kBuiltinEvents[i]) return &kBuiltins[i];
  return nullptr;
}

struct Civil {
  std::int64_t year;
  int month, day;
};
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
Civil civil_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t doe = days - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Unit {
  std::int64_t size;
  const char *en, *zh;
};
constexpr Unit kUnits[] = {
    {kDay, "day", "天"}, {kHour, "hour", "小时"}, {kMinute, "minute", "分钟"}, {kSecond, "second", "秒"}};

}  // namespace

std::string name(std::string_view author) { return kOpen + without_controls(author) + kClose; }

std::string quoted(std::string_view author) { return "“" + name(author) + "”"; }

std::string finish(std::string_view phrase, Tongue tongue) {
  std::string out;
  char32_t last = 0;
  int region = 0, last_region = 0, names = 0;  // 0: our words; n: the author's n-th name
  for (std::size_t at = 0; at < phrase.size();) {
    if (phrase[at] == kOpen || phrase[at] == kClose) {
      region = phrase[at] == kOpen ? ++names : 0;
      ++at;
      continue;
    }
    const text::CodePoint c = text::decode(phrase, at);
    const bool meet = (is_han(last) && is_latin_word(c.value)) || (is_latin_word(last) && is_han(c.value));
    const bool within_a_name = region != 0 && region == last_region;
    if (is_zh(tongue) && meet && !within_a_name) out += ' ';
    out.append(phrase.substr(at, c.length));
    last = c.value;
    last_region = region;
    at += c.length;
  }
  return out;
}

std::string headline(std::string_view phrase, Tongue tongue) {
  const bool authors = !phrase.empty() && phrase[0] == kOpen;
  std::string out = finish(phrase, tongue);
  if (!authors && !out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string sentence(std::string_view phrase, Tongue tongue) {
  const std::string out = headline(phrase, tongue);
  const auto ends = [&](std::string_view end) {
    return out.size() >= end.size() && std::string_view(out).substr(out.size() - end.size()) == end;
  };
  if (ends(".") || ends("。") || ends("：") || ends(":")) return out;
  return out + (is_zh(tongue) ? "。" : ".");
}

std::string duration_words(program::Duration duration, Tongue tongue) {
  std::string out;
  const auto part = [&](std::int64_t count, const char* en, const char* zh) {
    if (count == 0) return;
    if (!out.empty() && !is_zh(tongue)) out += " ";
    out += grouped(std::to_string(count)) +
           (is_zh(tongue) ? std::string(zh) : std::string(" ") + en + (count == 1 ? "" : "s"));
  };
  if (duration.months % 12 == 0) {
    part(duration.months / 12, "year", "年");
  } else {
    part(duration.months, "month", "个月");
  }
  std::int64_t left = duration.ms;
  for (const Unit& unit : kUnits) {
    // 36 hours stay 36 hours: the largest unit that leaves nothing over says it best.
    if (left % unit.size != 0) continue;
    part(left / unit.size, unit.en, unit.zh);
    left = 0;
    break;
  }
  part(left, "millisecond", "毫秒");
  if (out.empty()) return is_zh(tongue) ? "0天" : "0 days";
  return out;
}

std::string per_words(program::Duration duration, Tongue tongue) {
  const std::string words = duration_words(duration, tongue);
  if (!is_zh(tongue))
    return words.rfind("1 ", 0) == 0 && words.find(' ', 2) == std::string::npos ? words.substr(2) : words;
  if (words == "1个月") return "月";
  const bool is_one = words[0] == '1' && std::string_view("0123456789,").find(words[1]) == std::string_view::npos;
  return is_one ? words.substr(1) : words;
}

std::string money_words(const program::Program& program, std::int64_t minor, program::Currency currency,
                        Tongue tongue) {
  std::string unit = program::currency_code(currency);
  bool own = false;
  for (const program::DeclaredCurrency& declared : program.currencies) {
    if (declared.code != currency || declared.title.empty()) continue;
    own = true;
    unit = declared.title;
  }
  if (!own && is_zh(tongue) && unit == "CNY") unit = "元";
  if (!own && is_zh(tongue) && unit == "USD") unit = "美元";
  const std::string all = program::amount_text(minor, program::currency_digits(program.currencies, currency));
  const bool negative = minor < 0;
  const std::string number = negative ? all.substr(1) : all;
  const std::string whole = number.substr(0, number.find('.'));
  const std::string rest = whole == number ? "" : number.substr(whole.size() + 1);
  std::string out = (negative ? "-" : "") + grouped(whole);
  if (rest.find_first_not_of('0') != std::string::npos) out += "." + rest;
  return out + " " + unit;
}

std::string number_words(double number) {
  std::array<char, 64> buffer{};
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  if (done.ec != std::errc{}) {  // longer than the buffer: as programmers write it
    const auto short_form = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return {buffer.data(), short_form.ptr};
  }
  std::string out(buffer.data(), done.ptr);
  const std::size_t point = out.find('.');
  const bool negative = out[0] == '-';
  const std::string whole =
      out.substr(negative ? 1 : 0, (point == std::string::npos ? out.size() : point) - (negative ? 1 : 0));
  return (negative ? "-" : "") + grouped(whole) + (point == std::string::npos ? "" : out.substr(point));
}

std::string percent_words(std::int64_t value) { return number_words(static_cast<double>(value) / 1e6) + "%"; }

std::string date_words(std::int64_t days, Tongue tongue) {
  static constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                            "July",    "August",   "September", "October", "November", "December"};
  const Civil date = civil_of(days);
  if (is_zh(tongue))
    return name(std::to_string(date.year) + "年" + std::to_string(date.month) + "月" + std::to_string(date.day) + "日");
  return std::to_string(date.day) + " " + kMonths[date.month - 1] + " " + std::to_string(date.year);
}

std::string time_words(std::int64_t ms) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  std::string out = two(ms / kHour) + ":" + two(ms / kMinute % 60);
  if (ms % kMinute != 0) out += ":" + two(ms / kSecond % 60);
  return out;
}

std::string weekday_words(std::int32_t weekday, Tongue tongue) {
  static constexpr const char* kEn[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  static constexpr const char* kZh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
  return (is_zh(tongue) ? kZh : kEn)[weekday];
}

std::string constant_words(const program::Program& program, const program::Constant& constant, Tongue tongue) {
  using program::ValueKind;
  switch (constant.kind) {
    case ValueKind::missing: return is_zh(tongue) ? "空" : "nothing";
    case ValueKind::boolean:
      return is_zh(tongue) ? (constant.integer != 0 ? "是" : "否") : (constant.integer != 0 ? "yes" : "no");
    case ValueKind::number: return number_words(constant.number);
    case ValueKind::money: return money_words(program, constant.integer, constant.extra, tongue);
    case ValueKind::percent: return percent_words(constant.integer);
    case ValueKind::text: return quoted(constant.text);
    case ValueKind::date: return date_words(constant.integer, tongue);
    case ValueKind::time_of_day: return time_words(constant.integer);
    case ValueKind::moment: {
      const std::int64_t day = floor_div(constant.integer, kDay);
      return date_words(day, tongue) + " " + time_words(constant.integer - day * kDay) + " UTC";
    }
    case ValueKind::duration:
      return duration_words({static_cast<std::int32_t>(constant.extra), constant.integer}, tongue);
    case ValueKind::list: {
      std::vector<std::string> parts;
      for (const program::Constant& element : constant.list) parts.push_back(constant_words(program, element, tongue));
      return listed(parts, "or", tongue);
    }
  }
  return {};
}

std::string listed(const std::vector<std::string>& parts, std::string_view word, Tongue tongue) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (i > 0 && last) {
      out += is_zh(tongue) ? (word == "or" ? "或" : "和") : " " + std::string(word) + " ";
    } else if (i > 0) {
      out += is_zh(tongue) ? "、" : ", ";
    }
    out += parts[i];
  }
  return out;
}

std::string one_event(const program::Event& event, Tongue tongue) {
  if (const BuiltinWords* words = builtin(event)) return is_zh(tongue) ? words->zh : words->one;
  if (is_zh(tongue)) return name(event.name);
  return with_article(is_plain_noun(event.name) ? name(event.name) : name(event.name) + " event", event.name);
}

std::string many_events(const program::Event& event, Tongue tongue) {
  if (const BuiltinWords* words = builtin(event)) return is_zh(tongue) ? words->zh : words->many;
  if (is_zh(tongue)) return name(event.name);
  return is_plain_noun(event.name) ? name(plural(event.name)) : name(event.name) + " events";
}

std::string bare_event(const program::Event& event, Tongue tongue) {
  if (const BuiltinWords* words = builtin(event)) return is_zh(tongue) ? words->zh : words->bare;
  return name(event.name);
}

}  // namespace tend::prose
