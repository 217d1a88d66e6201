// Types as they are written: of attributes and fields, parameters and results.
#include "dsl/check/types.hpp"

#include <set>
#include <utility>

#include "dsl/check/report.hpp"

namespace tend::check {

using syntax::TypeWord;

TypeInfo type_of(Workspace& workspace, const syntax::TypeExpr& type) {
  switch (type.word) {
    case TypeWord::error: workspace.broken = true; return {};
    case TypeWord::text: return plain(Type::text);
    case TypeWord::number: return plain(Type::number);
    case TypeWord::money: return plain(Type::money);
    case TypeWord::percent: return plain(Type::percent);
    case TypeWord::boolean: return plain(Type::boolean);
    case TypeWord::duration: return plain(Type::duration);
    case TypeWord::date: return plain(Type::date);
    case TypeWord::time_of_day: return plain(Type::time_of_day);
    case TypeWord::moment: return plain(Type::moment);
    case TypeWord::staff: return plain(Type::staff);
    case TypeWord::customer: return plain(Type::customer);
    case TypeWord::one_of: {
      TypeInfo info = plain(Type::one_of);
      std::set<std::string> seen;
      for (const syntax::Text& member : type.members) {
        auto characters = plain_text(workspace, member);
        if (!characters) return {};
        if (!seen.insert(*characters).second) {
          workspace.sink.report(mistake(208, member.span, {*characters}));
          continue;
        }
        info.members.push_back(std::move(*characters));
      }
      return info;
    }
    case TypeWord::list_of: {
      const TypeInfo element = type.element ? type_of(workspace, *type.element) : TypeInfo{};
      if (element.type == Type::none) return {};
      if (element.type == Type::list) {
        workspace.sink.report(mistake(324, type.span));
        return {};
      }
      return {Type::list, element.type, element.members};
    }
    case TypeWord::condition:
    case TypeWord::event:
    case TypeWord::message:
    case TypeWord::segment:
    case TypeWord::budget:
    case TypeWord::partner: workspace.sink.report(mistake(323, type.span)); return {};
  }
  return {};
}

}  // namespace tend::check
