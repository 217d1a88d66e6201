// Ways into a playbook in plain words.
#include "dsl/prose/step.hpp"

namespace tend::prose {
namespace {

using program::Enter;
using program::EnterKind;
using program::Every;
using program::kNone;

std::string on_event(const Context& context, const Enter& enter) {
  const std::uint32_t filter = enter.filter == kNone ? kNone : context.program.expressions[enter.filter].root;
  const std::string event = event_where(context, enter.event, filter);
  std::string per;
  if (enter.per_field != kNone) {
    const std::string field = name(context.program.events[enter.event].fields[enter.per_field].name);
    per = context.zh() ? "（每个" + field + "单独走一遍）" : " (a journey of its own for each " + field + ")";
  }
  if (context.zh()) return "每次有" + event + "时" + per;
  const auto article = event.rfind("an ", 0) == 0 ? 3u : event.rfind("a ", 0) == 0 ? 2u : 0u;
  return "at every " + event.substr(article) + per;
}

std::string ordinal(std::int32_t n) {
  const bool teen = n % 100 >= 11 && n % 100 <= 13;
  return std::to_string(n) + (teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th");
}

std::string schedule(const Context& context, const Enter& enter) {
  const std::string time = time_words(enter.time_of_day);
  const bool zh = context.zh();
  switch (enter.every) {
    case Every::day: return zh ? "每天" + time : "every day at " + time;
    case Every::weekday:
      return (zh ? "每" : "every ") + weekday_words(enter.weekday, context.tongue) + (zh ? "" : " at ") + time;
    case Every::month:
      return zh ? "每月" + std::to_string(enter.month_day) + "日" + time
                : "on the " + ordinal(enter.month_day) + " of every month at " + time;
    case Every::workday: return zh ? "每个工作日" + time : "every workday at " + time;
    case Every::holiday: return zh ? "每个节假日" + time : "every holiday at " + time;
  }
  return {};
}

std::string lunar_day(const Context& context, const Enter& enter) {
  static constexpr const char* kMonths[] = {"正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"};
  static constexpr const char* kTens[] = {"初", "十", "廿", "三"};
  static constexpr const char* kOnes[] = {"十", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  if (!context.zh())
    return "day " + std::to_string(enter.lunar_day) + " of lunar month " + std::to_string(enter.lunar_month);
  const std::int32_t day = enter.lunar_day;
  const std::string spoken = day == 10   ? "初十"
                             : day == 20 ? "二十"
                             : day == 30 ? "三十"
                                         : std::string(kTens[day / 10 % 4]) + kOnes[day % 10];
  return std::string("农历") + kMonths[(enter.lunar_month + 11) % 12] + "月" + spoken;
}

std::string relative(const Context& context, const Enter& enter) {
  const bool zh = context.zh();
  const bool on_it = enter.offset.ms == 0 && enter.offset.months == 0;
  std::string date = enter.date == kNone ? lunar_day(context, enter) : value_of(context, enter.date);
  if (enter.date != kNone && enter.lunar) date = zh ? date + "（按农历）" : date + " by the lunar calendar";
  const std::string offset = on_it ? "" : duration_words(enter.offset, context.tongue);
  const std::string time = time_words(enter.time_of_day);
  if (zh) {
    const std::string day = on_it ? date + "当天" : date + (enter.before ? "前" : "后") + offset;
    return (enter.yearly ? "每年" : "") + day + "的" + time;
  }
  const std::string day = on_it ? "on " + date : offset + (enter.before ? " before " : " after ") + date;
  return day + (enter.yearly ? ", every year, at " : ", at ") + time;
}

}  // namespace

std::string enter_words(const Context& context, const Enter& enter) {
  const bool zh = context.zh();
  switch (enter.kind) {
    case EnterKind::when:
      return zh ? clause_of(context, enter.condition) + "时" : "when " + clause_of(context, enter.condition);
    case EnterKind::on_event: return on_event(context, enter);
    case EnterKind::schedule: return schedule(context, enter);
    case EnterKind::date:
      return zh ? date_words(enter.day, context.tongue) + time_words(enter.time_of_day)
                : "on " + date_words(enter.day, context.tongue) + " at " + time_words(enter.time_of_day);
    case EnterKind::relative: return relative(context, enter);
    case EnterKind::by_hand: return zh ? "由人手动加入时" : "when somebody puts them in by hand";
  }
  return {};
}

}  // namespace tend::prose
