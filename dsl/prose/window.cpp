#include "dsl/prose/window.hpp"

namespace tend::prose {
namespace {

using program::Aggregate;
using program::kNone;

std::string field_name(const Context& context, const program::Window& window) {
  if (window.field == program::kFieldAt) return context.zh() ? "时间" : "time";
  return name(context.program.events[window.event].fields[window.field].name);
}

/// ` in the last 30 days`; whole life: what `always` says.
std::string over_en(const program::Window& window, const char* always) {
  return window.over ? " in the last " + per_words(*window.over, Tongue::en) : std::string(always);
}
std::string over_zh(const program::Window& window) {
  return window.over ? "近" + duration_words(*window.over, Tongue::zh) : std::string("至今");
}

std::string times_en(std::int64_t n) {
  return n == 1 ? "one" : n == 2 ? "two" : n == 3 ? "three" : number_words(static_cast<double>(n));
}

std::string value_en(const Context& context, const program::Window& window) {
  const std::string many = event_where(context, window.event, window.filter, true);
  const std::string one = event_where(context, window.event, window.filter, false);
  const auto of_one = [&](const char* which) {  // "their last order", whatever article the event has
    std::string bare = bare_event(context.program.events[window.event], Tongue::en);
    const std::string article = one_event(context.program.events[window.event], Tongue::en);
    return std::string("their ") + which + " " + bare + one.substr(article.size());
  };
  switch (window.aggregate) {
    case Aggregate::count: return "the number of their " + many + over_en(window, " so far");
    case Aggregate::total:
      return "the total " + field_name(context, window) + " of their " + many + over_en(window, " so far");
    case Aggregate::average:
      return "the average " + field_name(context, window) + " of their " + many + over_en(window, " so far");
    case Aggregate::min:
      return "the smallest " + field_name(context, window) + " of their " + many + over_en(window, " so far");
    case Aggregate::max:
      return "the largest " + field_name(context, window) + " of their " + many + over_en(window, " so far");
    case Aggregate::last: return "the " + field_name(context, window) + " of " + of_one("last") + over_en(window, "");
    case Aggregate::first: return "the " + field_name(context, window) + " of " + of_one("first") + over_en(window, "");
    case Aggregate::most:
      return "the most frequent " + field_name(context, window) + " of their " + many + over_en(window, " so far");
    default: return {};
  }
}

std::string value_zh(const Context& context, const program::Window& window) {
  const std::string event = event_where(context, window.event, window.filter);
  const std::string field = window.field == kNone ? std::string() : field_name(context, window);
  const std::string over = over_zh(window);
  switch (window.aggregate) {
    case Aggregate::count: return over + event + "的次数";
    case Aggregate::total: return over + event + "的" + field + "合计";
    case Aggregate::average: return over + event + "的" + field + "平均值";
    case Aggregate::min: return over + event + "的" + field + "最小值";
    case Aggregate::max: return over + event + "的" + field + "最大值";
    case Aggregate::last: return (window.over ? over : std::string()) + "最近一次" + event + "的" + field;
    case Aggregate::first: return (window.over ? over : std::string()) + "首次" + event + "的" + field;
    case Aggregate::most: return over + event + "最常见的" + field;
    default: return {};
  }
}

}  // namespace

std::string window_value(const Context& context, const program::Window& window) {
  return context.zh() ? value_zh(context, window) : value_en(context, window);
}

std::string window_clause(const Context& context, const program::Window& window, bool holds) {
  const std::string event = event_where(context, window.event, window.filter);
  if (window.aggregate == Aggregate::happened) return count_clause(context, window, holds ? 1 : 0, holds ? -1 : 0);
  const std::string over = duration_words(*window.over, context.tongue);
  if (context.zh()) return (holds ? "满" : "还不满") + over + "没有" + event;
  const std::string article = one_event(context.program.events[window.event], Tongue::en);
  const std::string without = event.substr(article.rfind("an ", 0) == 0 ? 3 : article.rfind("a ", 0) == 0 ? 2 : 0);
  return holds ? "they have had no " + without + " for " + over : "they have not gone " + over + " without " + event;
}

std::string count_clause(const Context& context, const program::Window& window, std::int64_t least, std::int64_t most) {
  const std::string event = event_where(context, window.event, window.filter);
  if (context.zh()) {
    const std::string over = window.over ? "近" + duration_words(*window.over, Tongue::zh) : "";
    const auto times = [](std::int64_t n) { return number_words(static_cast<double>(n)) + "次"; };
    const std::string since = window.over ? over : "至今";
    if (most == 0) return (window.over ? over : std::string("从")) + (window.over ? "没有" : "未有过") + event;
    if (least == 1 && most < 0) return window.over ? over + "有过" + event : "有过" + event;
    if (most < 0) return since + "至少有" + times(least) + event;
    if (least == most) return since + "正好有" + times(least) + event;
    if (least <= 0) return since + event + "最多" + times(most);
    return since + "有" + times(least) + "至" + times(most) + event;
  }
  const std::string many = event_where(context, window.event, window.filter, true);
  const std::string article = one_event(context.program.events[window.event], Tongue::en);
  const std::string bare = event.substr(article.rfind("an ", 0) == 0 ? 3 : article.rfind("a ", 0) == 0 ? 2 : 0);
  const auto counted = [&](std::int64_t n) { return times_en(n) + " " + (n == 1 ? bare : many); };
  if (most == 0)
    return (window.over ? "they had no " : "they never had ") + (window.over ? bare : event) + over_en(window, "");
  const std::string had = window.over ? "they had " : "they have had ";
  if (least == 1 && most < 0 && window.aggregate == Aggregate::happened) return had + event + over_en(window, "");
  if (most < 0) return had + "at least " + counted(least) + over_en(window, " so far");
  if (least == most) return had + "exactly " + counted(least) + over_en(window, " so far");
  if (least <= 0) return had + "at most " + counted(most) + over_en(window, " so far");
  return had + times_en(least) + " to " + counted(most) + over_en(window, " so far");
}

}  // namespace tend::prose
