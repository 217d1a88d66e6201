// Parts put back into words, in the order of either tongue.
#include "dsl/syntax/write_parts.hpp"

#include <utility>

namespace tend::syntax {
namespace {

using Part = Stmt::Part;
using What = Stmt::Part::What;

bool is(const Part& part, Keyword keyword) {
  return part.what == What::keyword && part.keyword == static_cast<std::uint16_t>(keyword);
}

bool is_literal(const Part& part) {
  return part.what == What::expression && part.expression->kind == ExprKind::literal;
}

bool is_counter(const Part& part) {
  return is(part, Keyword::messages) || is(part, Keyword::people) || is(part, Keyword::times) ||
         is(part, Keyword::tasks);
}

bool is_class(const Part& part) {
  return is(part, Keyword::c_marketing) || is(part, Keyword::c_care) || is(part, Keyword::c_trans) ||
         is(part, Keyword::c_welcome);
}

class PartsWriter {
 public:
  PartsWriter(const Stmt& statement, ExpressionWriter& writer, std::size_t indent)
      : parts_(statement.parts), writer_(writer), indent_(indent) {}

  std::vector<Stretch> write() {
    for (std::size_t k = 0; k < parts_.size(); k = next(k)) {
    }
    out_.push_back({std::move(text_), nullptr, nullptr, nullptr});
    return std::move(out_);
  }

 private:
  void add(const std::string& token, bool glued = false) {
    if (token.empty()) return;
    if (!text_.empty() && !glued) text_ += ' ';
    text_ += token;
  }

  /// Ends a stretch with what stands in braces.
  void close(const Block* block, const std::vector<FieldDecl>* fields, const std::vector<FieldValue>* values) {
    out_.push_back({std::exchange(text_, {}), block, fields, values});
  }

  bool has(std::size_t k) const { return k < parts_.size(); }

  /// Writes part k and those that belong to it; the index of the one after.
  std::size_t next(std::size_t k) {
    const Part& part = parts_[k];
    switch (part.what) {
      case What::keyword: return keyword(k);
      case What::name: add(writer_.name(part.name)); return k + 1;
      case What::expression: return expression(k);
      case What::text: add(writer_.text(*part.text, indent_)); return k + 1;
      case What::punctuation: add(part.punctuation, part.punctuation == ","); return k + 1;
      case What::block: close(&part.block, nullptr, nullptr); return k + 1;
      case What::values: close(nullptr, nullptr, &part.values); return k + 1;
      case What::field_block: close(nullptr, &part.fields, nullptr); return k + 1;
      case What::type: add(writer_.type(part.fields[0].type)); return k + 1;
      case What::fields: {
        std::string list;
        for (const FieldDecl& field : part.fields) list += (list.empty() ? "" : ", ") + write_field(field, writer_);
        add("(" + list + ")", true);
        return k + 1;
      }
    }
    return k + 1;
  }

  std::size_t expression(std::size_t k) {
    const Part& part = parts_[k];
    const bool offset = has(k + 2) && (is(parts_[k + 1], Keyword::before) || is(parts_[k + 1], Keyword::after_));
    if (offset && writer_.chinese()) {  // 7 days before X: X 前7天
      add(writer_.expression(*parts_[k + 2].expression));
      add(writer_.governed(static_cast<Keyword>(parts_[k + 1].keyword), *part.expression));
      return k + 3;
    }
    add(writer_.expression(*part.expression));
    if (!writer_.chinese() || !is_literal(part)) return k + 1;
    // A Chinese counting word stands right behind its number, before the class of messages.
    if (has(k + 1) && is_counter(parts_[k + 1])) {
      add(counter(k + 1), true);
      return k + 2;
    }
    if (has(k + 2) && is_class(parts_[k + 1]) &&
        (is(parts_[k + 2], Keyword::messages) || is(parts_[k + 2], Keyword::cap_in))) {
      add(writer_.keyword(Keyword::messages), true);
      add(writer_.keyword(static_cast<Keyword>(parts_[k + 1].keyword)));
      return is(parts_[k + 2], Keyword::messages) ? k + 3 : k + 2;
    }
    if (has(k + 1) && is(parts_[k + 1], Keyword::ago)) {
      add(writer_.keyword(Keyword::ago), true);
      return k + 2;
    }
    return k + 1;
  }

  /// `message` for one, `messages` for more; the other counting words do not change.
  std::string counter(std::size_t k) const {
    const auto word = static_cast<Keyword>(parts_[k].keyword);
    if (word != Keyword::messages || writer_.chinese()) return writer_.keyword(word);
    for (std::size_t j = k; j-- > 0;)
      if (is_literal(parts_[j]))
        return writer_.keyword(parts_[j].expression->spelling == "1" ? Keyword::messages : Keyword::messages_pl);
    return writer_.keyword(Keyword::messages_pl);
  }

  std::size_t keyword(std::size_t k) {
    const auto word = static_cast<Keyword>(parts_[k].keyword);
    const Part* following = has(k + 1) ? &parts_[k + 1] : nullptr;
    const bool expression_follows = following != nullptr && following->what == What::expression;
    if (is_counter(parts_[k])) {
      add(counter(k));
      return k + 1;
    }
    if (word == Keyword::at_ && writer_.chinese()) return k + 1;
    if (word == Keyword::within && expression_follows) {
      add(writer_.within(*following->expression));
      return k + 2;
    }
    if ((word == Keyword::per_time || word == Keyword::every) && expression_follows) {
      // `repeat … every 1 day` has no short form.
      const bool in_repeat = is(parts_[0], Keyword::repeat);
      const std::string unit = in_repeat ? "" : writer_.bare_unit(*following->expression);
      if (unit.empty())
        add(writer_.governed(word, *following->expression));
      else
        add(writer_.keyword(word) + (writer_.chinese() ? "" : " ") + unit);
      return k + 2;
    }
    if (word == Keyword::on_offset && expression_follows) {
      add(writer_.governed(word, *following->expression) + (writer_.chinese() ? "日" : ""));
      return k + 2;
    }
    const bool glue = writer_.chinese() && row(word).glue;
    if (glue && expression_follows && is_literal(*following)) {
      add(writer_.keyword(word));
      text_ += writer_.expression(*following->expression);
      if (has(k + 2) && is_counter(parts_[k + 2])) {
        add(counter(k + 2), true);
        return k + 3;
      }
      return k + 2;
    }
    if (glue && following != nullptr && following->what == What::keyword) {  // 每周一
      add(writer_.keyword(word) + writer_.keyword(static_cast<Keyword>(following->keyword)));
      return k + 2;
    }
    add(writer_.keyword(word));
    return k + 1;
  }

  const std::vector<Part>& parts_;
  ExpressionWriter& writer_;
  std::size_t indent_;
  std::string text_;
  std::vector<Stretch> out_;
};

}  // namespace

std::string write_field(const FieldDecl& field, ExpressionWriter& writer) {
  std::string out = writer.name(field.name) + " " + writer.type(field.type);
  if (field.is_private) out += " " + writer.keyword(Keyword::private_);
  if (field.initial) out += " = " + writer.expression(*field.initial);
  return out;
}

std::vector<Stretch> write_parts(const Stmt& statement, ExpressionWriter& writer, std::size_t indent) {
  std::vector<Stretch> out = PartsWriter(statement, writer, indent).write();
  if (statement.where) {
    const std::string where = writer.keyword(Keyword::where_filter) + " " + writer.expression(*statement.where);
    out.back().text += (out.back().text.empty() ? "" : " ") + where;
  }
  return out;
}

}  // namespace tend::syntax
