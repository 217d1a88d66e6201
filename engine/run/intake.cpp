// Cells and scalars to typed values, one function per type.
#include "engine/run/intake.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "dsl/text/must.hpp"
#include "engine/run/decimal.hpp"
#include "engine/state/input.hpp"

namespace tend::run {
namespace {

using program::Type;
using program::TypeInfo;
using program::Value;

tl::unexpected<Error> refuse(std::string_view cell, const std::string& why) {
  return fail(ErrorCode::invalid, quoted(cell) + why);
}

tl::unexpected<Error> refuse_shortened(std::string_view cell) {
  return refuse(cell,
                " is a long number that a spreadsheet shortened, so its digits are lost: format the column as text in "
                "the spreadsheet and export again");
}

Result<Value> boolean_cell(std::string_view cell) {
  std::string word = to_narrow(cell);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view yes : {"true", "yes", "1", "是"}) {
    if (word == yes) return Value::boolean(true);
  }
  for (const std::string_view no : {"false", "no", "0", "否"}) {
    if (word == no) return Value::boolean(false);
  }
  return refuse(cell, " is neither true nor false");
}

// percent ::= decimal '%', at most six digits after the point: the exact units end there
Result<Value> percent_cell(std::string_view cell) {
  const std::string narrow = to_narrow(cell);
  const std::string_view text = trim_blanks(narrow);
  if (!text.ends_with('%')) return refuse(cell, " has no percent sign: 12.5 percent is written `12.5%`");
  const auto units = parse_scaled(trim_blanks(text.substr(0, text.size() - 1)), 6);
  if (!units) return tl::unexpected(units.error());
  return Value::percent(*units);
}

Result<Value> date_cell(std::string_view cell) {
  if (const auto date = env::parse_date(cell)) return Value::date(*date);
  // Spreadsheets write the 00:00 of a date as well. Any other time of day would be lost, so it is refused.
  if (const auto moment = env::parse_moment(cell, env::utc())) {
    if (env::time_of_day(env::utc(), *moment) == 0) return Value::date(env::date_of(env::utc(), *moment));
    return refuse(cell, " has a time of day, and the column is a date");
  }
  return refuse(cell, " is not a date");
}

Result<Value> moment_cell(std::string_view cell, const env::Zone& zone) {
  if (const auto moment = env::parse_moment(cell, zone)) return Value::moment(*moment);
  return refuse(cell, " is not a date with a time");
}

Result<Value> time_of_day_cell(std::string_view cell) {
  // The reader of moments knows all ways of writing a time; any day serves.
  if (const auto moment = env::parse_moment("2000-01-01 " + std::string(cell), env::utc())) {
    const bool has_colon = to_narrow(cell).find(':') != std::string::npos ||
                           cell.find("时") != std::string_view::npos || cell.find("点") != std::string_view::npos;
    if (has_colon) return Value::time_of_day(env::time_of_day(env::utc(), *moment));
  }
  return refuse(cell, " is not a time of day like `09:30`");
}

struct Unit {
  std::string_view name;
  std::int32_t months;
  std::int64_t ms;
};
constexpr Unit kUnits[] = {
    {"seconds", 0, env::kSecond},
    {"second", 0, env::kSecond},
    {"秒", 0, env::kSecond},
    {"minutes", 0, env::kMinute},
    {"minute", 0, env::kMinute},
    {"分钟", 0, env::kMinute},
    {"hours", 0, env::kHour},
    {"hour", 0, env::kHour},
    {"小时", 0, env::kHour},
    {"days", 0, env::kDay},
    {"day", 0, env::kDay},
    {"天", 0, env::kDay},
    {"日", 0, env::kDay},
    {"weeks", 0, 7 * env::kDay},
    {"week", 0, 7 * env::kDay},
    {"周", 0, 7 * env::kDay},
    {"months", 1, 0},
    {"month", 1, 0},
    {"个月", 1, 0},
    {"years", 12, 0},
    {"year", 12, 0},
    {"年", 12, 0},
};

// duration ::= (digits unit)+
Result<Value> duration_cell(std::string_view cell) {
  constexpr std::size_t kDigitsMax = 6;  // so that no sum of a cell can leave its bits
  constexpr int kPartsMax = 8;
  const std::string narrow = to_narrow(cell);
  std::string_view rest = trim_blanks(narrow);
  program::Duration sum;
  int parts = 0;
  while (!rest.empty()) {
    std::size_t digits = 0;
    std::int32_t count = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9' && digits <= kDigitsMax)
      count = count * 10 + (rest[digits++] - '0');
    rest = trim_blanks(rest.substr(digits));
    const Unit* const unit =
        std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return rest.starts_with(u.name); });
    if (digits == 0 || digits > kDigitsMax || unit == std::end(kUnits) || ++parts > kPartsMax)
      return refuse(cell, " is not a duration like `30 days`");
    sum.months += count * unit->months;
    sum.ms += count * unit->ms;
    rest = trim_blanks(rest.substr(unit->name.size()));
  }
  if (sum.months == 0 && sum.ms == 0) return refuse(cell, " is not a duration: it must be longer than nothing");
  return Value::duration(sum);
}

Result<Value> text_cell(std::string_view cell) {
  if (shortened_by_spreadsheet(cell)) return refuse_shortened(cell);
  return Value::string(cell);
}

Result<Value> one_of_cell(const TypeInfo& type, std::string_view cell) {
  if (std::find(type.members.begin(), type.members.end(), cell) != type.members.end()) return Value::string(cell);
  std::string members;
  for (const std::string& member : type.members) members += (members.empty() ? "`" : ", `") + member + "`";
  return refuse(cell, " is not one of " + members);
}

Result<Value> list_of(const TypeInfo& type, std::vector<Value> values, const CellOptions& options) {
  CHECK_OR_DIE(type.type == Type::list && options.storage != nullptr, "a list needs storage");
  if (values.size() > state::kListElementsMax)
    return fail(ErrorCode::invalid, "the list has more than " + std::to_string(state::kListElementsMax) + " entries");
  const auto& kept = options.storage->lists.emplace_back(std::move(values));
  return Value::of_list(kept.data(), static_cast<std::uint32_t>(kept.size()));
}

Result<Value> list_cell(const TypeInfo& type, std::string_view cell, const CellOptions& options) {
  const TypeInfo element_type{type.element, Type::none, type.members};
  std::vector<std::string_view> entries;
  split_list(cell, entries);
  std::vector<Value> values;
  for (const std::string_view entry : entries) {
    const auto value = parse_cell(element_type, entry, options);
    if (!value) return value;
    values.push_back(*value);
  }
  return list_of(type, std::move(values), options);
}

Result<Value> list_of_scalars(const TypeInfo& type, const Cell& cell, const CellOptions& options) {
  const TypeInfo element_type{type.element, Type::none, type.members};
  std::vector<Value> values;
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    const auto value = parse_cell(element_type, cell.elements[i], options);
    if (!value) return value;
    if (!value->missing()) values.push_back(*value);
  }
  return list_of(type, std::move(values), options);
}

bool is_text(Type type) {
  return type == Type::text || type == Type::one_of || type == Type::staff || type == Type::customer;
}

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::none: return "nothing";
    case Type::boolean: return "true or false";
    case Type::number: return "a number";
    case Type::money: return "money";
    case Type::percent: return "a percentage";
    case Type::text: return "a text";
    case Type::one_of: return "one of a list";
    case Type::date: return "a date";
    case Type::time_of_day: return "a time of day";
    case Type::moment: return "a date with a time";
    case Type::duration: return "a duration";
    case Type::list: return "a list";
    case Type::staff: return "a member of staff";
    case Type::customer: return "a customer";
  }
  return "nothing";
}

// shortened ::= ['-'] digit ['.' digits] ('E' | 'e') '+' digit digit [digit]
// Only with the plus, as spreadsheets write it: `1E5` may well be somebody's article number.
bool shortened_by_spreadsheet(std::string_view text) {
  if (text.size() < 5 || text.size() > 32) return false;
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::size_t i = text.front() == '-' ? 1 : 0;
  if (!digit(i++)) return false;
  if (i < text.size() && text[i] == '.') {
    if (!digit(++i)) return false;
    while (digit(i)) ++i;
  }
  if (i + 1 >= text.size() || (text[i] != 'E' && text[i] != 'e') || text[i + 1] != '+') return false;
  i += 2;
  const std::size_t exponent = i;
  while (digit(i)) ++i;
  return i == text.size() && i - exponent >= 2 && i - exponent <= 3;
}

void split_list(std::string_view cell, std::vector<std::string_view>& entries) {
  static constexpr std::string_view kSeparators[] = {";", "；", "、", "|"};
  std::size_t begin = 0;
  const auto take = [&](std::size_t end) {
    const std::string_view entry = trim_blanks(cell.substr(begin, end - begin));
    if (!entry.empty()) entries.push_back(entry);
  };
  for (std::size_t i = 0; i < cell.size();) {
    const auto found = std::find_if(std::begin(kSeparators), std::end(kSeparators),
                                    [&](std::string_view s) { return cell.substr(i).starts_with(s); });
    if (found == std::end(kSeparators)) {
      ++i;
      continue;
    }
    take(i);
    i += found->size();
    begin = i;
  }
  take(cell.size());
}

Result<Value> parse_cell(const TypeInfo& type, std::string_view cell, const CellOptions& options) {
  cell = trim_blanks(cell);
  if (cell.empty()) return Value();
  switch (type.type) {
    case Type::boolean: return boolean_cell(cell);
    case Type::number: {
      const auto number = parse_number(cell);
      if (!number) return tl::unexpected(number.error());
      return Value::number(*number);
    }
    case Type::money: {
      const auto money = parse_money(cell, options.currency, options.own);
      if (!money) return tl::unexpected(money.error());
      return Value::money(money->minor, money->currency);
    }
    case Type::percent: return percent_cell(cell);
    case Type::text:
    case Type::staff:
    case Type::customer: return text_cell(cell);
    case Type::one_of: return one_of_cell(type, cell);
    case Type::date: return date_cell(cell);
    case Type::time_of_day: return time_of_day_cell(cell);
    case Type::moment: return moment_cell(cell, *options.zone);
    case Type::duration: return duration_cell(cell);
    case Type::list: return list_cell(type, cell, options);
    case Type::none: break;
  }
  CHECK_OR_DIE(false, "a column of no type");
  return Value();
}

Result<Value> parse_cell(const TypeInfo& type, const Cell& cell, const CellOptions& options) {
  switch (cell.kind) {
    case CellKind::absent:
    case CellKind::null: return Value();
    case CellKind::text: return parse_cell(type, cell.text, options);
    case CellKind::number:
      // JSON has no zeros in front and writes long numbers with an exponent: such an id has lost what it was.
      if (is_text(type.type) && cell.text.find_first_of("eE") != std::string_view::npos)
        return refuse_shortened(cell.text);
      if (type.type == Type::number && cell.is_read) return Value::number(cell.number);
      return parse_cell(type, cell.text, options);
    case CellKind::boolean:
      if (type.type != Type::boolean && type.type != Type::text) break;
      return parse_cell(type, cell.text, options);
    case CellKind::list:
      if (type.type != Type::list) break;
      return list_of_scalars(type, cell, options);
    case CellKind::object:
      return fail(ErrorCode::invalid,
                  std::string("an object stands where ") + std::string(type_name(type.type)) + " is expected");
  }
  const std::string what = cell.kind == CellKind::list ? "a list" : "`" + std::string(cell.text) + "`";
  return fail(ErrorCode::invalid, what + " stands where " + std::string(type_name(type.type)) + " is expected");
}

Result<std::string_view> parse_customer_id(std::string_view cell) {
  cell = trim_blanks(cell);
  if (cell.empty()) return fail(ErrorCode::invalid, "the customer's id is empty");
  if (cell.size() > kCustomerIdBytesMax) {
    return fail(ErrorCode::invalid,
                "the customer's id has more than " + std::to_string(kCustomerIdBytesMax) + " bytes");
  }
  if (shortened_by_spreadsheet(cell)) return refuse_shortened(cell);
  return cell;
}

Result<std::string_view> parse_customer_id(const Cell& cell) {
  if (cell.kind == CellKind::text) return parse_customer_id(cell.text);
  static const TypeInfo text{Type::text, Type::none, {}};
  const auto value = parse_cell(text, cell, CellOptions{});
  if (!value) return tl::unexpected(value.error());
  return parse_customer_id(value->missing() ? std::string_view() : value->str());
}

}  // namespace tend::run
