// What a step is called in reports: English keywords whatever the author's tongue, built from the tree.
#include "dsl/check/lowering.hpp"

namespace tend::check {
namespace {

constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr const char* kWeekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

std::string counted(std::int64_t count, const char* unit) {
  return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
}

std::string path_words(const std::vector<syntax::Name>& path, Builtin root) {
  std::string words;
  for (std::size_t i = 0; i < path.size(); ++i) {
    words += i == 0 ? canonical(path[i].text, root) : "." + path[i].text;
  }
  return words;
}

std::string duration_of(const syntax::Expr* expr) {
  if (!expr) return "";
  if (expr->kind == syntax::ExprKind::group && !expr->args.empty()) return duration_of(expr->args[0].get());
  if (expr->kind == syntax::ExprKind::literal && expr->value.kind == ValueKind::duration) {
    return duration_words({static_cast<std::int32_t>(expr->value.extra), expr->value.integer});
  }
  if (expr->kind == syntax::ExprKind::path) return path_words(expr->path, Builtin::root);
  return "…";
}

std::string text_words(const syntax::Stmt& step) {
  if (!step.text) return path_words(step.path, Builtin::root);
  std::string words = "\"";
  for (const syntax::Piece& piece : step.text->pieces) words += piece.hole ? "{{…}}" : piece.literal;
  return words + "\"";
}

std::string attribute_words(const std::vector<syntax::Name>& path) {
  if (path.size() != 2) return path_words(path, Builtin::root);
  const std::string field = canonical(path[1].text, Builtin::customer_field);
  const bool built_in = field == "timezone" || field == "language";
  return canonical(path[0].text, Builtin::root) + "." + (built_in ? field : path[1].text);
}

}  // namespace

std::string duration_words(Duration duration) {
  std::string words;
  const auto part = [&](std::int64_t count, const char* unit) {
    if (count == 0) return;
    if (!words.empty()) words += " ";
    words += counted(count, unit);
  };
  if (duration.months % 12 == 0) {
    part(duration.months / 12, "year");
  } else {
    part(duration.months, "month");
  }
  std::int64_t left = duration.ms;
  for (const auto& [size, unit] : {std::pair{kDay, "day"}, {kHour, "hour"}, {kMinute, "minute"}, {kSecond, "second"}}) {
    // 36 hours stay 36 hours: the largest unit that leaves nothing over says it best.
    if (left % size != 0) continue;
    part(left / size, unit);
    left = 0;
    break;
  }
  part(left, "millisecond");
  return words;
}

std::string time_words(std::int32_t time_ms) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  std::string words = two(time_ms / kHour) + ":" + two(time_ms / kMinute % 60);
  if (time_ms % kMinute != 0) words += ":" + two(time_ms / kSecond % 60);
  return words;
}

std::string step_label(const syntax::Stmt& step) {
  using syntax::StmtKind;
  if (!step.label.text.empty()) return step.label.text;
  switch (step.kind) {
    case StmtKind::send: return "send " + (step.path.empty() ? "" : step.path.back().text);
    case StmtKind::wait: return "wait " + duration_of(step.duration.get());
    case StmtKind::wait_until_time: {
      const bool named = step.weekday >= 0 && step.weekday < 7;
      return "wait until " + (named ? kWeekdays[step.weekday] + std::string(" ") : "") + time_words(step.time_ms);
    }
    case StmtKind::wait_up_to: return "wait up to " + duration_of(step.duration.get());
    case StmtKind::if_: return "if";
    case StmtKind::tag: return "tag " + text_words(step);
    case StmtKind::untag: return "untag " + text_words(step);
    case StmtKind::set: return "set " + attribute_words(step.path);
    case StmtKind::stop: return "stop";
    default: return "";
  }
}

}  // namespace tend::check
