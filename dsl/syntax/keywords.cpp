// Look-ups in the keyword table.
#include "dsl/syntax/keywords.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tend::syntax {
namespace {

constexpr std::string_view group_name(BuiltinGroup group) {
  switch (group) {
    case BuiltinGroup::root: return "built-in root";
    case BuiltinGroup::customer_field: return "built-in customer field";
    case BuiltinGroup::entry_field: return "built-in entry field";
    case BuiltinGroup::event: return "built-in event";
    case BuiltinGroup::event_field: return "built-in event field";
    case BuiltinGroup::staff_field: return "built-in staff field";
    case BuiltinGroup::grant_field: return "built-in grant field";
    case BuiltinGroup::filter: return "built-in filter";
  }
  return {};
}

constexpr std::size_t kGroups = static_cast<std::size_t>(BuiltinGroup::filter) + 1;
using BuiltinNames = std::map<std::string_view, const KeywordRow*>;

// Asked for every name of every expression: the built-in names of each group by either spelling.
const BuiltinNames& builtin_names(BuiltinGroup group) {
  static const std::array<BuiltinNames, kGroups> all = [] {
    std::array<BuiltinNames, kGroups> out;
    for (std::size_t i = 0; i < kGroups; ++i) {
      for (const KeywordRow& row : kKeywords) {
        if (row.group != group_name(static_cast<BuiltinGroup>(i))) continue;
        out[i].emplace(row.en, &row);
        out[i].emplace(row.zh, &row);
      }
    }
    return out;
  }();
  return all[static_cast<std::size_t>(group)];
}

const KeywordRow* find_builtin(std::string_view name, BuiltinGroup group) {
  const BuiltinNames& names = builtin_names(group);
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second;
}

constexpr std::array<std::string_view, 19> kReserved = {"or",      "and",  "not", "in",   "default", "true", "false",
                                                        "missing", "else", "或",  "或者", "且",      "并且", "非",
                                                        "属于",    "默认", "是",  "否",   "否则"};

}  // namespace

std::string_view canonical_builtin(std::string_view name, BuiltinGroup group) {
  return builtin_in(name, group, Tongue::en);
}

std::string_view builtin_in(std::string_view name, BuiltinGroup group, Tongue tongue) {
  const KeywordRow* found = find_builtin(name, group);
  if (found == nullptr) return {};
  return tongue == Tongue::en ? found->en : found->zh;
}

bool is_reserved(std::string_view word) {
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

}  // namespace tend::syntax
