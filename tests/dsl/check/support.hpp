// Checks texts and shows what came out: programs as short bracketed lines, diagnostics as codes.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/diagnostic/levels.hpp"
#include "dsl/syntax/parse.hpp"
#include "tests/support/test.hpp"

namespace tend::test {

struct Checked {
  std::vector<text::Source> sources;
  std::vector<diagnostic::Diagnostic> diagnostics;
  check::CheckResult result;

  std::string codes() const {
    std::string out;
    for (const auto& one : diagnostics) out += (out.empty() ? "" : " ") + diagnostic::code_name(one.code);
    return out;
  }
  std::string sentences() const {
    std::string out;
    for (const auto& one : diagnostics) {
      const std::string& text = sources[one.span.file].text;
      out += diagnostic::code_name(one.code) + " " + diagnostic::message(one, text::Tongue::en) + " [" +
             text.substr(one.span.begin, one.span.end - one.span.begin) + "] " +
             diagnostic::help(one, text::Tongue::en) + "\n";
    }
    return out;
  }
  std::string bytes() const { return result.program ? program::serialize(*result.program) : ""; }
};

/// Lints that ask what else a workspace should have: a short example is none, so they are left out unless asked for.
inline diagnostic::Levels without_advice() {
  diagnostic::Levels levels;
  for (const int code : {608, 609, 610, 611, 612}) levels[static_cast<std::uint16_t>(code)] = diagnostic::Level::off;
  return levels;
}

inline Checked check_files(std::vector<text::Source> sources, const check::CheckOptions& options = {},
                           const diagnostic::Levels& levels = without_advice()) {
  Checked checked;
  checked.sources = std::move(sources);
  diagnostic::Sink sink;
  std::vector<syntax::File> files;
  for (std::uint32_t i = 0; i < checked.sources.size(); ++i)
    files.push_back(syntax::parse(checked.sources[i], i, sink));
  checked.result = check::check(checked.sources, files, options, sink);
  checked.diagnostics = diagnostic::with_levels(sink.take(), levels);
  return checked;
}

inline Checked check_text(std::string text, const check::CheckOptions& options = {},
                          const diagnostic::Levels& levels = without_advice()) {
  return check_files({{"test.tend", std::move(text)}}, options, levels);
}

inline std::string shown(const program::Constant& constant) {
  using program::ValueKind;
  switch (constant.kind) {
    case ValueKind::missing: return "missing";
    case ValueKind::boolean: return constant.integer != 0 ? "true" : "false";
    case ValueKind::number: {
      std::string digits = std::to_string(constant.number);
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.back() == '.') digits.pop_back();
      return digits;
    }
    case ValueKind::money: return std::to_string(constant.integer) + program::currency_code(constant.extra);
    case ValueKind::percent: return std::to_string(constant.integer) + "e-8";
    case ValueKind::text: return "\"" + constant.text + "\"";
    case ValueKind::date: return "date" + std::to_string(constant.integer);
    case ValueKind::time_of_day: return "time" + std::to_string(constant.integer);
    case ValueKind::moment: return "moment" + std::to_string(constant.integer);
    case ValueKind::duration: {
      std::string out;
      if (constant.extra != 0) out += std::to_string(static_cast<std::int32_t>(constant.extra)) + "mo";
      if (constant.integer != 0 || constant.extra == 0) {
        out += constant.integer % 86'400'000 == 0 ? std::to_string(constant.integer / 86'400'000) + "d"
                                                  : std::to_string(constant.integer) + "ms";
      }
      return out;
    }
    case ValueKind::list: {
      std::string out = "[";
      for (const auto& element : constant.list) out += (out.size() > 1 ? " " : "") + shown(element);
      return out + "]";
    }
  }
  return "?";
}

inline std::string shown(const program::Program& program, std::uint32_t index);

inline std::string shown_window(const program::Program& program, const program::Window& window) {
  static constexpr const char* kNames[] = {"count", "total", "average", "min",      "max",
                                           "last",  "first", "most",    "happened", "silent"};
  std::string out =
      std::string("{") + kNames[static_cast<int>(window.aggregate)] + " " + program.events[window.event].name;
  if (window.field == program::kFieldAt)
    out += ".at";
  else if (window.field != program::kNone)
    out += "." + program.events[window.event].fields[window.field].name;
  if (window.filter != program::kNone) out += " where " + shown(program, window.filter);
  if (window.over) {
    program::Constant over;
    over.kind = program::ValueKind::duration;
    over.integer = window.over->ms;
    over.extra = static_cast<std::uint32_t>(window.over->months);
    out += " over " + shown(over);
  }
  return out + (window.filter_reads_customer ? " *}" : "}");
}

inline std::string shown(const program::Program& program, std::uint32_t index) {
  using program::Op;
  const program::Node& node = program.nodes[index];
  const auto call = [&](const char* name) {
    std::string out = std::string("(") + name;
    for (const std::uint32_t child : {node.a, node.b}) {
      if (child != program::kNone) out += " " + shown(program, child);
    }
    return out + ")";
  };
  const auto field = [&](const char* root) {
    const program::Event& event = program.events[node.a];
    return std::string(root) + event.name + "." + (node.b == program::kFieldAt ? "at" : event.fields[node.b].name);
  };
  switch (node.op) {
    case Op::constant: return shown(program.constants[node.a]);
    case Op::attribute: return "customer." + program.attributes[node.a].name;
    case Op::customer_id: return "id";
    case Op::first_seen: return "first_seen";
    case Op::now: return "now";
    case Op::today: return "today";
    case Op::field: return node.a == program::kFieldAt ? "field.at" : "field" + std::to_string(node.a);
    case Op::entry_field: return field("entry:");
    case Op::entry_at: return "entry.at";
    case Op::entry_date: return "entry.date";
    case Op::arm_field: return field("arm:");
    case Op::tagged: return call("tagged");
    case Op::consents: return "(consents " + shown(program.constants[node.a]) + ")";
    case Op::window: return shown_window(program, program.windows[node.a]);
    case Op::inactive: return "(inactive " + shown(program.constants[node.a]) + ")";
    case Op::age: return call("age");
    case Op::date_of: return call("date_of");
    case Op::and_: return call("and");
    case Op::or_: return call("or");
    case Op::not_: return call("not");
    case Op::equal: return call("=");
    case Op::not_equal: return call("!=");
    case Op::less: return call("<");
    case Op::less_equal: return call("<=");
    case Op::greater: return call(">");
    case Op::greater_equal: return call(">=");
    case Op::in: return call("in");
    case Op::not_in: return call("not_in");
    case Op::contains: return call("contains");
    case Op::starts_with: return call("starts_with");
    case Op::is_missing: return call("missing");
    case Op::is_not_missing: return call("present");
    case Op::default_: return call("default");
    case Op::add: return call("+");
    case Op::subtract: return call("-");
    case Op::multiply: return call("*");
    case Op::divide: return call("/");
    case Op::negate: return call("negate");
    case Op::local_moment: return call("clock");
    case Op::let_value: return "let" + std::to_string(node.a);
    case Op::grant_amount: return "grant" + std::to_string(node.a) + ".amount";
    case Op::grant_expires: return "grant" + std::to_string(node.a) + ".expires";
    case Op::related: return "(of " + shown(program, node.a) + " " + program.attributes[node.b].name + ")";
    case Op::staff_name: return call("name");
    case Op::customer_tags: return "tags";
    case Op::call: {
      std::string out = "(" + program.functions[program.arguments[node.a]].name;
      for (std::uint32_t i = 1; i <= node.b; ++i) out += " " + shown(program, program.arguments[node.a + i]);
      return out + ")";
    }
    case Op::list: {
      std::string out = "(list";
      for (std::uint32_t i = 0; i < node.b; ++i) out += " " + shown(program, program.arguments[node.a + i]);
      return out + ")";
    }
  }
  return "?";
}

inline std::string shown_expression(const program::Program& program, std::uint32_t expression) {
  return expression == program::kNone ? "-" : shown(program, program.expressions[expression].root);
}

/// The declarations that most tests stand on.
inline constexpr std::string_view kDeclarations = R"(
customer {
  name text private; city text; town text; seats number; vip bool; born date; until date; seen moment; likes list of text
  level one of "normal", "silver", "gold"; owner staff; referrer customer; gap duration; opens time of day; share percent; budget money
}
event order { id text, amount money, store text, items list of text, weight number, sharer customer }
event visit { store text, amount money, score number, day date }
event reply { text text }
activity is order, visit
)";

/// `condition` as the `where` of a playbook that is entered by an order; the program's expression, shown.
inline std::string lowered(const std::string& condition, Checked* out = nullptr) {
  Checked checked =
      check_text(std::string(kDeclarations) + "playbook p { enter on order; goal order within 1 day; where " +
                 condition + "\n tag \"x\" }");
  std::string text = checked.result.program
                         ? shown_expression(*checked.result.program, checked.result.program->playbooks[0].where)
                         : checked.sentences();
  if (out) *out = std::move(checked);
  return text;
}

}  // namespace tend::test
