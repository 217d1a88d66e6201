// The formatter: statements laid out, comments put back.
#include "dsl/syntax/format.hpp"

#include <algorithm>
#include <utility>

#include "dsl/syntax/write_expression.hpp"
#include "dsl/syntax/write_parts.hpp"

namespace tend::syntax {
namespace {

constexpr std::uint32_t kColumnsMax = 100;  // what is put on one line, in terminal cells
constexpr std::size_t kIndent = 2;

Keyword class_keyword(ClassWord word) {
  switch (word) {
    case ClassWord::care: return Keyword::c_care;
    case ClassWord::transactional: return Keyword::c_trans;
    case ClassWord::welcome: return Keyword::c_welcome;
    default: return Keyword::c_marketing;
  }
}

Keyword message_keyword(MessageWord word) {
  switch (word) {
    case MessageWord::subject: return Keyword::m_subject;
    case MessageWord::body: return Keyword::m_body;
    case MessageWord::link: return Keyword::m_link;
    case MessageWord::image: return Keyword::m_image;
    case MessageWord::miniprogram: return Keyword::m_mini;
    case MessageWord::template_: return Keyword::template_;
    default: return Keyword::m_text;
  }
}

class Formatter {
 public:
  Formatter(const File& file, std::string_view source, Tongue tongue)
      : file_(file), source_(source), declared_(declared_names(file)), writer_(tongue, declared_) {}

  std::string format() {
    first_ = true;
    for (const StmtPtr& statement : file_.declarations) print(*statement);
    comments_before(static_cast<std::uint32_t>(source_.size()) + 1);
    return std::move(out_);
  }

 private:
  // ---- lines, blank lines, comments

  std::string margin() const { return std::string(indent_, ' '); }

  void line(const std::string& text) {
    out_ += margin() + text + "\n";
    commented_ = false;
  }

  /// An author's paragraphs stay: one blank line where there were any.
  void paragraph(std::uint32_t begin) {
    const std::string_view between =
        source_.substr(std::min<std::size_t>(last_end_, begin), begin - std::min(last_end_, begin));
    const std::size_t first = between.find('\n');
    const bool blank = first != std::string_view::npos && between.find('\n', first + 1) != std::string_view::npos;
    if (!first_ && blank) out_ += "\n";
    first_ = false;
  }

  void comments_before(std::uint32_t offset) {
    for (; next_comment_ < file_.comments.size() && file_.comments[next_comment_].span.begin < offset;
         ++next_comment_) {
      const Comment& comment = file_.comments[next_comment_];
      std::string text(source_.substr(comment.span.begin, comment.span.end - comment.span.begin));
      while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.pop_back();
      if (!comment.own_line && !commented_ && !out_.empty()) {
        out_.pop_back();
        out_ += "  " + text + "\n";
        commented_ = true;
      } else {
        paragraph(comment.span.begin);
        out_ += margin() + text + "\n";
        commented_ = true;
      }
      last_end_ = comment.span.end;
    }
  }

  bool comment_in(Span span) const {
    return std::any_of(file_.comments.begin(), file_.comments.end(), [&](const Comment& comment) {
      return comment.span.begin >= span.begin && comment.span.begin < span.end;
    });
  }

  // ---- statements

  void print(const Stmt& statement) {
    comments_before(statement.span.begin);
    paragraph(statement.span.begin);
    lay_out(statement, stretches(statement));
    last_end_ = statement.span.end;
  }

  void lay_out(const Stmt& statement, const std::vector<Stretch>& list) {
    std::string current;
    for (const Stretch& stretch : list) {
      if (!stretch.text.empty()) current += (current.empty() ? "" : " ") + stretch.text;
      if (stretch.block == nullptr && stretch.fields == nullptr && stretch.values == nullptr) continue;
      const std::string inner = on_one_line(statement, stretch);
      if (!inner.empty() && fits(current + " " + inner)) {
        current += " " + inner;
        continue;
      }
      line(current + " {");
      inside(stretch, &stretch == &list.back() ? statement.span.end : 0);
      current = "}";
    }
    line(wrapped(statement, current));
  }

  bool fits(const std::string& text) const {
    return text.find('\n') == std::string::npos && indent_ + text::display_width(text) <= kColumnsMax;
  }

  /// The block as `{ … }`, or nothing where it wants lines of its own.
  std::string on_one_line(const Stmt& statement, const Stretch& stretch) {
    std::string inner;
    if (stretch.block != nullptr) {
      if (stretch.block->statements.empty() && !comment_in(stretch.block->span)) return "{ }";
      switch (statement.kind) {
        case StmtKind::playbook:
        case StmtKind::policy:
        case StmtKind::template_:
        case StmtKind::test:
        case StmtKind::if_: return {};
        default: break;
      }
      if (stretch.block->statements.size() != 1 || comment_in(stretch.block->span)) return {};
      const std::vector<Stretch> only = stretches(*stretch.block->statements[0]);
      if (only.size() != 1 || only[0].block != nullptr || only[0].fields != nullptr || only[0].values != nullptr)
        return {};
      inner = only[0].text;
    } else if (stretch.fields != nullptr) {
      if (statement.kind == StmtKind::customer || stretch.fields->empty() || comment_in(statement.span)) return {};
      for (const FieldDecl& field : *stretch.fields) inner += (inner.empty() ? "" : ", ") + write_field(field, writer_);
    } else {
      if (stretch.values->empty() || comment_in(statement.span)) return {};
      for (const FieldValue& value : *stretch.values) inner += (inner.empty() ? "" : ", ") + field_value(value);
    }
    return "{ " + inner + " }";
  }

  /// `end`: comments before it stand behind the last of the fields or values, not behind the bracket.
  void inside(const Stretch& stretch, std::uint32_t end) {
    indent_ += kIndent;
    first_ = true;
    if (stretch.block != nullptr) {
      for (const StmtPtr& statement : stretch.block->statements) print(*statement);
      comments_before(stretch.block->span.end);
    }
    const auto one = [&](Span span, const std::string& text) {
      comments_before(span.begin);
      paragraph(span.begin);
      line(text);
      last_end_ = span.end;
    };
    if (stretch.fields != nullptr)
      for (const FieldDecl& field : *stretch.fields) one(field.span, write_field(field, writer_));
    if (stretch.values != nullptr)
      for (const FieldValue& value : *stretch.values) one(value.span, field_value(value));
    if (stretch.block == nullptr) comments_before(end);
    indent_ -= kIndent;
    first_ = false;
  }

  std::string field_value(const FieldValue& value) {
    return writer_.name(value.name) + ": " + writer_.expression(*value.value);
  }

  /// Breaks a condition that is too long for its line before the `and`s or `or`s at its top.
  std::string wrapped(const Stmt& statement, const std::string& whole) {
    const Expr* condition = statement.condition ? statement.condition.get() : statement.value.get();
    if (fits(whole) || condition == nullptr || statement.block.span.end > statement.block.span.begin ||
        statement.has_else)
      return whole;
    const ExprKind kind = condition->kind;
    if (kind != ExprKind::and_ && kind != ExprKind::or_) return whole;
    std::vector<const Expr*> operands;
    const Expr* left = condition;
    for (; left->kind == kind; left = left->args[0].get()) operands.push_back(left->args[1].get());
    const std::string full = writer_.expression(*condition);
    const std::size_t at = whole.find(full);
    if (at == std::string::npos) return whole;
    const std::string word = writer_.keyword(kind == ExprKind::and_ ? Keyword::and_ : Keyword::or_);
    std::string broken = writer_.expression(*left);
    for (auto operand = operands.rbegin(); operand != operands.rend(); ++operand)
      broken += "\n" + std::string(indent_ + kIndent, ' ') + word + " " + writer_.expression(**operand);
    return whole.substr(0, at) + broken + whole.substr(at + full.size());
  }

  std::vector<Stretch> stretches(const Stmt& s) {
    std::vector<Stretch> list;
    const auto head = [&](std::string text, const Block* block = nullptr) {
      list.push_back({std::move(text), block, nullptr, nullptr});
    };
    const auto kw = [&](Keyword keyword) { return writer_.keyword(keyword); };
    const auto ex = [&](const ExprPtr& expr) { return writer_.expression(*expr); };
    const auto otherwise = [&] {
      if (s.has_else) head(kw(Keyword::else_), &s.else_block);
    };
    switch (s.kind) {
      case StmtKind::error: return list;
      case StmtKind::enter_when:
        head(kw(Keyword::enter) + " " + kw(Keyword::when_) + " " + ex(s.condition) +
             (s.where ? " " + kw(Keyword::where_filter) + " " + ex(s.where) : ""));
        return list;
      case StmtKind::enter_on:
        head(kw(Keyword::enter) + " " + kw(Keyword::on_event) + " " + event_clauses(s) +
             (s.names.empty() ? "" : " " + kw(Keyword::per) + " " + writer_.path(s.names)));
        return list;
      case StmtKind::where: head(kw(Keyword::where_head) + " " + ex(s.condition)); return list;
      case StmtKind::again_never: head(kw(Keyword::again) + " " + kw(Keyword::never)); return list;
      case StmtKind::again_always: head(kw(Keyword::again) + " " + kw(Keyword::always)); return list;
      case StmtKind::again_after:
        head(kw(Keyword::again) + " " + writer_.governed(Keyword::again_after, *s.duration));
        return list;
      case StmtKind::goal:
        head(kw(Keyword::goal) + " " + event_clauses(s) + (s.stay ? " " + kw(Keyword::and_stay) : ""));
        return list;
      case StmtKind::leave: head(kw(Keyword::leave) + " " + kw(Keyword::when_) + " " + ex(s.condition)); return list;
      case StmtKind::send: head(send(s)); break;
      case StmtKind::wait: head(kw(Keyword::wait) + " " + ex(s.duration)); return list;
      case StmtKind::wait_until_time: head(kw(Keyword::wait_until) + " " + time(s)); return list;
      case StmtKind::wait_until_date:
        head(kw(Keyword::wait_until) + " " + ex(s.condition) +
             (s.time_ms < 0 ? "" : (writer_.chinese() ? " " : " " + kw(Keyword::at_) + " ") + clock(s.time_ms)));
        return list;
      case StmtKind::wait_until_condition:
        head(kw(Keyword::wait_until) + " " + ex(s.condition) +
             (s.duration ? " " + writer_.governed(Keyword::up_to, *s.duration) : ""));
        break;
      case StmtKind::wait_up_to:
        head(kw(Keyword::wait) + " " + writer_.governed(Keyword::up_to, *s.duration), &s.block);
        return list;
      case StmtKind::arm_on: head(kw(Keyword::on_event) + " " + event_clauses(s), &s.block); return list;
      case StmtKind::arm_when: head(kw(Keyword::when_) + " " + ex(s.condition), &s.block); return list;
      case StmtKind::arm_else: head(kw(Keyword::else_), &s.block); return list;
      case StmtKind::if_: return if_chain(s);
      case StmtKind::tag: head(kw(Keyword::tag) + " " + tag(s)); return list;
      case StmtKind::untag: head(kw(Keyword::untag) + " " + tag(s)); return list;
      case StmtKind::set: head(kw(Keyword::set) + " " + writer_.path(s.path) + " = " + ex(s.value)); return list;
      case StmtKind::stop: head(kw(Keyword::stop) + (s.text ? " " + writer_.text(*s.text, indent_) : "")); return list;
      case StmtKind::playbook: playbook(s, list); return list;
      case StmtKind::customer: list.push_back({kw(Keyword::customer), nullptr, &s.fields, nullptr}); return list;
      case StmtKind::event:
        list.push_back({kw(Keyword::event) + " " + writer_.name(s.name), nullptr,
                        s.fields.empty() ? nullptr : &s.fields, nullptr});
        return list;
      case StmtKind::activity: {
        std::string names;
        for (const Name& name : s.names) names += (names.empty() ? " " : ", ") + writer_.event({name});
        head(kw(Keyword::activity_is) + names);
        return list;
      }
      case StmtKind::trait: head(kw(Keyword::trait_) + " " + writer_.name(s.name) + " = " + ex(s.value)); return list;
      case StmtKind::segment:
        head(kw(Keyword::segment) + " " + writer_.name(s.name) + " = " + ex(s.value));
        return list;
      case StmtKind::message: head(message(s), &s.block); return list;
      case StmtKind::message_item: message_item(s, list); return list;
      case StmtKind::policy:
        head(kw(Keyword::policy) + (s.name.text.empty() ? "" : " " + writer_.name(s.name)), &s.block);
        return list;
      case StmtKind::timezone: head(kw(Keyword::timezone) + " " + writer_.text(*s.text, indent_)); return list;
      default: return write_parts(s, writer_, indent_);
    }
    otherwise();
    return list;
  }

  /// EVENT [within D] [where C]
  std::string event_clauses(const Stmt& s) {
    std::string out = writer_.event(s.path);
    if (s.duration) out += " " + writer_.within(*s.duration);
    if (s.where) out += " " + writer_.where(s.path, *s.where);
    return out;
  }

  std::string dotted(const std::vector<Name>& path) {
    std::string out;
    for (const Name& part : path) out += (out.empty() ? "" : ".") + writer_.name(part);
    return out;
  }

  std::string channels(const Stmt& s) {
    std::string out;
    for (const Name& channel : s.channels)
      out += " " + writer_.keyword(out.empty() ? Keyword::on_channel : Keyword::else_) + " " + writer_.name(channel);
    return out;
  }

  std::string send(const Stmt& s) {
    std::string out = writer_.keyword(Keyword::send) + " " + dotted(s.path) + channels(s);
    if (s.while_open) out += " " + writer_.keyword(Keyword::while_open);
    if (s.duration) out += " " + writer_.within(*s.duration);
    if (!s.label.text.empty()) out += " " + writer_.keyword(Keyword::as_) + " " + writer_.name(s.label);
    return out;
  }

  static std::string clock(std::int32_t ms) {
    char buffer[16];
    const int seconds = ms / 1000;
    std::snprintf(buffer, sizeof buffer, seconds % 60 != 0 ? "%02d:%02d:%02d" : "%02d:%02d", seconds / 3600,
                  seconds / 60 % 60, seconds % 60);
    return buffer;
  }

  /// [next] monday 10:00 · next workday at 10:00 · 10:00
  std::string time(const Stmt& s) {
    std::string out;
    if (s.next) out += writer_.keyword(Keyword::next) + (writer_.chinese() ? "" : " ");
    if (s.weekday >= 7)
      out += writer_.keyword(s.weekday == 7 ? Keyword::workday : Keyword::holiday) +
             (writer_.chinese() ? " " : " " + writer_.keyword(Keyword::at_) + " ");
    if (s.weekday >= 0 && s.weekday < 7)
      out += writer_.keyword(static_cast<Keyword>(static_cast<std::int32_t>(Keyword::monday) + s.weekday)) + " ";
    return out + clock(s.time_ms);
  }

  std::string tag(const Stmt& s) { return s.text ? writer_.text(*s.text, indent_) : writer_.path(s.path); }

  std::vector<Stretch> if_chain(const Stmt& first) {
    std::vector<Stretch> list;
    for (const Stmt* s = &first;;) {
      const std::string word = s == &first ? "" : writer_.keyword(Keyword::else_) + " ";
      list.push_back({word + writer_.keyword(Keyword::if_) + " " + writer_.expression(*s->condition), &s->block,
                      nullptr, nullptr});
      if (!s->has_else) return list;
      const bool chained = s->else_block.statements.size() == 1 && s->else_block.statements[0]->else_if;
      if (!chained) {
        list.push_back({writer_.keyword(Keyword::else_), &s->else_block, nullptr, nullptr});
        return list;
      }
      s = s->else_block.statements[0].get();
    }
  }

  void playbook(const Stmt& s, std::vector<Stretch>& list) {
    const std::string name = writer_.keyword(Keyword::playbook) + " " + writer_.name(s.name) +
                             (s.text ? " " + writer_.text(*s.text, indent_) : "");
    const bool use = s.value != nullptr;
    const bool has_block = !use || s.block.span.end > s.block.span.begin;
    list.push_back(
        {name + (use ? " = " + writer_.expression(*s.value) : ""), has_block ? &s.block : nullptr, nullptr, nullptr});
  }

  std::string message(const Stmt& s) {
    std::string out = writer_.keyword(Keyword::message) + " " + writer_.name(s.name);
    if (s.message_class != ClassWord::none) out += " " + writer_.keyword(class_keyword(s.message_class));
    return out + channels(s);
  }

  void message_item(const Stmt& s, std::vector<Stretch>& list) {
    std::string out = s.channels.empty() ? "" : writer_.name(s.channels[0]) + " ";
    out += writer_.keyword(message_keyword(s.message_word)) + " ";
    if (!s.names.empty()) out += writer_.name(s.names[0]) + " ";
    out += writer_.text(*s.text, indent_);
    list.push_back({out, nullptr, nullptr, s.values.empty() ? nullptr : &s.values});
  }

  const File& file_;
  std::string_view source_;
  std::set<std::string, std::less<>> declared_;
  ExpressionWriter writer_;
  std::string out_;
  std::size_t indent_ = 0;
  std::size_t next_comment_ = 0;
  std::uint32_t last_end_ = 0;  // of what was printed last, in the source
  bool first_ = true;           // nothing printed yet in this block
  bool commented_ = false;      // the last line ends with a comment
};

}  // namespace

std::string format(const File& file, const text::Source& source, Tongue tongue) {
  return Formatter(file, source.text, tongue).format();
}

Tongue dominant_tongue(const File& file) {
  return file.chinese_keywords > file.english_keywords ? Tongue::zh : Tongue::en;
}

}  // namespace tend::syntax
