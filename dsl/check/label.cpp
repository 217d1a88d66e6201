// What a step is called in reports: English keywords whatever the author's tongue, built from the tree.
#include "dsl/check/lookup.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/syntax/parts.hpp"

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

// `customer.city`, `entry.date`.
std::string attribute_words(const std::vector<syntax::Name>& path) {
  if (path.size() != 2) return path_words(path, Builtin::root);
  if (canonical(path[0].text, Builtin::root) == "entry") {
    return "entry." + canonical(path[1].text, Builtin::entry_field);
  }
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

const syntax::Name* label_of(const syntax::Stmt& step) {
  if (!step.label.text.empty()) return &step.label;
  if (step.kind == syntax::StmtKind::grant) return nullptr;
  const syntax::Part* label = syntax::behind(step, syntax::Keyword::as_, syntax::Part::What::name);
  return label ? &label->name : nullptr;
}

namespace {

using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

std::string path_behind(const Stmt& step, Keyword keyword) {
  const Part* part = syntax::behind(step, keyword);
  return part && part->expression ? written(part->expression->path) : "";
}

std::string wait_words(const Stmt& step) {
  if (step.kind == StmtKind::wait_until_condition) {
    return "wait until … up to " + duration_of(step.duration.get());
  }
  const std::string time = step.time_ms >= 0 ? time_words(step.time_ms) : "";
  if (step.kind == StmtKind::wait_until_date) {
    const syntax::Expr* date = step.condition.get();
    std::string words = "…";
    if (date && date->kind == syntax::ExprKind::literal) words = date->spelling;
    if (date && date->kind == syntax::ExprKind::path) words = attribute_words(date->path);
    return "wait until " + words + (time.empty() ? "" : " at " + time);
  }
  std::string day;
  if (step.weekday >= 0 && step.weekday < 7) day = kWeekdays[step.weekday] + std::string(" ");
  if (step.weekday == 7) day = "workday at ";
  if (step.weekday == 8) day = "holiday at ";
  return std::string("wait until ") + (step.next ? "next " : "") + day + time;
}

// `30 CNY from subsidy`; what is worked out is not repeated.
std::string money_words(const Stmt& step, Keyword verb) {
  const syntax::Expr* amount = syntax::expression_behind(step, verb);
  const bool plain = amount && amount->kind == syntax::ExprKind::literal;
  return (plain ? amount->spelling : "…") + " from " + path_behind(step, Keyword::from);
}

std::string repeat_words(const Stmt& step) {
  const syntax::Expr* times = syntax::expression_behind(step, Keyword::up_to);
  std::string words =
      "repeat up to " + (times && times->kind == syntax::ExprKind::literal ? times->spelling : "…") + " times";
  if (syntax::has(step, Keyword::every)) {
    words += " every " + duration_of(syntax::expression_behind(step, Keyword::every));
  }
  return words;
}

}  // namespace

std::string step_label(const Stmt& step) {
  if (const syntax::Name* label = label_of(step)) return label->text;
  switch (step.kind) {
    case StmtKind::send: return "send " + written(step.path);
    case StmtKind::ask: return "ask to send " + path_behind(step, Keyword::to_send);
    case StmtKind::task: {
      std::string words = "task \"";
      const Part* what = nullptr;
      for (const Part& part : step.parts) {
        if (part.what == Part::What::text) what = &part;
      }
      if (what && what->text) {
        for (const syntax::Piece& piece : what->text->pieces) words += piece.hole ? "{{…}}" : piece.literal;
      }
      return words + "\"";
    }
    case StmtKind::transfer: return "transfer";
    case StmtKind::wait: return "wait " + duration_of(step.duration.get());
    case StmtKind::wait_until_time:
    case StmtKind::wait_until_date:
    case StmtKind::wait_until_condition: return wait_words(step);
    case StmtKind::wait_up_to: return "wait up to " + duration_of(step.duration.get());
    case StmtKind::if_: return "if";
    case StmtKind::split: return "split";
    case StmtKind::repeat: return repeat_words(step);
    case StmtKind::tag: return "tag " + text_words(step);
    case StmtKind::untag: return "untag " + text_words(step);
    case StmtKind::set: return "set " + attribute_words(step.path);
    case StmtKind::emit: return "emit " + path_behind(step, Keyword::emit);
    case StmtKind::grant: return "grant " + money_words(step, Keyword::grant);
    case StmtKind::credit: return "credit " + money_words(step, Keyword::credit);
    case StmtKind::start: return "start " + path_behind(step, Keyword::start);
    case StmtKind::let: return "let " + step.name.text;
    case StmtKind::stop: return "stop";
    default: return "";
  }
}

}  // namespace tend::check
