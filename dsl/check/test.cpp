// Tests: their lines in order, each checked against the playbook that the test is for.
#include "dsl/check/test.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "dsl/check/channel.hpp"
#include "dsl/check/currency.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using program::StepKind;
using program::TestDo;
using program::TestLine;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

// The text that a step's parts stand for; nullopt where `{{ }}` leave it open.
std::optional<std::string> fixed_text(const std::vector<program::TextPart>& parts) {
  std::string text;
  for (const program::TextPart& part : parts) {
    if (part.expression != kNone) return std::nullopt;
    text += part.literal;
  }
  return text;
}

class Lines {
 public:
  /// `whole`: the program has no mistakes so far, so what it lacks may be said.
  Lines(Lowering& lowering, program::Test& out, bool whole)
      : lowering_(lowering),
        workspace_(lowering.workspace),
        program_(lowering.emit.program()),
        out_(out),
        whole_(whole) {
    if (whole_) follow_starts(out.playbook);
  }

  void line(const Stmt& statement) {
    if (statement.kind == StmtKind::error || statement.parts.empty()) {
      workspace_.broken = true;
      return;
    }
    const Part& word = statement.parts[0];
    if (is(word, Keyword::given)) return given(statement);
    if (is(word, Keyword::at_test)) return start(statement);
    under_way_ = true;
    TestLine& line = out_.lines.emplace_back();
    line.span = statement.head;
    line.line = text::place_of(workspace_.sources[statement.head.file].text, statement.head.begin).line;
    if (is(word, Keyword::test_after)) {
      line.duration = duration_behind(statement, Keyword::test_after);
    } else if (is(word, Keyword::happen)) {
      happen(statement, line);
    } else if (is(word, Keyword::channel)) {
      line.kind = TestDo::channel_fails;
      line.text = written_text(statement, Keyword::fails);
      channel(statement, Keyword::channel, line);
    } else {
      expect(statement, line);
    }
  }

 private:
  // ---- what is given, what happens

  void in_time(const Stmt& statement, const char* word) {
    if (under_way_) workspace_.sink.report(mistake(801, statement.head, {word}));
  }

  // `{ … } 61 days ago`: the duration before `ago`; zero where none is written.
  Duration ago(const Stmt& statement) {
    for (std::size_t i = 1; i < statement.parts.size(); ++i) {
      if (!is(statement.parts[i], Keyword::ago)) continue;
      return fixed_duration(workspace_, statement.parts[i - 1].expression.get()).value_or(Duration{});
    }
    return {};
  }

  const std::vector<syntax::FieldValue>& values_of(const Stmt& statement) {
    static const std::vector<syntax::FieldValue> kEmpty;
    const Part* values = syntax::first(statement, Part::What::values);
    return values ? values->values : kEmpty;
  }

  program::TestEvent event_behind(const Stmt& statement, Keyword word) {
    program::TestEvent out;
    const Expr* path = syntax::expression_behind(statement, word);
    const auto event = event_of(workspace_, path ? path->path : std::vector<syntax::Name>{});
    if (!path) workspace_.broken = true;
    if (!event) return out;
    out.event = *event;
    out.fields = test_fields(workspace_, *event, values_of(statement));
    out.ago = ago(statement);
    return out;
  }

  void given(const Stmt& statement) {
    in_time(statement, "given");
    program::TestGiven given;
    if (syntax::has(statement, Keyword::customer)) {
      std::string id = program::kTestCustomer;
      given.is = test_customer(workspace_, values_of(statement), program_.policy.purposes, &id);
      given.ago = ago(statement);
      if (std::find(out_.customers.begin(), out_.customers.end(), id) != out_.customers.end())
        workspace_.sink.report(mistake(208, statement.head, {id}));
      out_.customers.push_back(std::move(id));
    } else {
      given.is_event = true;
      given.event = event_behind(statement, Keyword::given);
      if (out_.customers.empty()) out_.customers.push_back(program::kTestCustomer);
    }
    given.customer = static_cast<std::uint32_t>(out_.customers.size() - 1);
    out_.given.push_back(std::move(given));
  }

  void start(const Stmt& statement) {
    in_time(statement, "at");
    if (std::exchange(has_start_, true)) workspace_.sink.report(mistake(208, statement.head, {"at"}));
    const Expr* moment = syntax::expression_behind(statement, Keyword::at_test);
    if (!moment) {
      workspace_.broken = true;
      return;
    }
    if (moment->kind == ExprKind::literal && moment->value.kind == ValueKind::moment) {
      out_.start = moment->value.integer;
      return;
    }
    out_.start_date = moment->value.integer;
    out_.start_time = moment->kind == ExprKind::moment_local ? moment->time_ms : 0;
  }

  void happen(const Stmt& statement, TestLine& line) {
    if (syntax::has(statement, Keyword::customer)) {
      line.kind = TestDo::happen_customer;
      line.is = test_customer(workspace_, values_of(statement), program_.policy.purposes, nullptr);
      return;
    }
    line.kind = TestDo::happen_event;
    line.event = event_behind(statement, Keyword::happen);
  }

  // ---- expectations

  void expect(const Stmt& statement, TestLine& line) {
    expects_ = true;
    line.kind = TestDo::expect_condition;
    const Part* what = syntax::behind(statement, Keyword::expect);
    if (!what) {
      workspace_.broken = true;
      return;
    }
    if (is(*what, Keyword::no_)) return expect_none(statement, line);
    if (is(*what, Keyword::enter)) {
      line.kind = TestDo::expect_enter;
    } else if (is(*what, Keyword::send)) {
      line.kind = TestDo::expect_send;
      messages(statement, line);
      channel(statement, Keyword::on_channel, line);
    } else if (is(*what, Keyword::goal)) {
      line.kind = TestDo::expect_goal;
      if (whole_ && !book().goal) lacks(statement, "goal");
    } else if (is(*what, Keyword::leave)) {
      line.kind = TestDo::expect_leave;
      if (whole_ && book().leave == kNone) lacks(statement, "leave when");
    } else if (is(*what, Keyword::stop)) {
      line.kind = TestDo::expect_stop;
      line.text = written_text(statement, Keyword::stop);
      if (line.text) says(statement, StepKind::stop, "stop", *line.text);
    } else if (is(*what, Keyword::task)) {
      line.kind = TestDo::expect_task;
      line.text = written_text(statement, Keyword::task);
      says(statement, StepKind::task, "task", line.text);
    } else if (is(*what, Keyword::grant)) {
      line.kind = TestDo::expect_grant;
      amount(statement, Keyword::grant, line);
      needs(statement, StepKind::grant, "grant");
    } else if (is(*what, Keyword::credit)) {
      line.kind = TestDo::expect_credit;
      amount(statement, Keyword::credit, line);
      needs(statement, StepKind::credit, "credit");
      person(statement, line);
    } else {
      const IrPtr condition = condition_of(workspace_, what->expression.get(), Reach{});
      line.expression = lowering_.emit.expression(condition);
    }
  }

  void expect_none(const Stmt& statement, TestLine& line) {
    line.kind = TestDo::expect_none;
    if (syntax::has(statement, Keyword::for_time)) line.duration = duration_behind(statement, Keyword::for_time);
    if (syntax::has(statement, Keyword::task)) {
      line.none_of = program::TestNone::task;
      needs(statement, StepKind::task, "task");
    } else if (syntax::has(statement, Keyword::enter)) {
      line.none_of = program::TestNone::enter;
    } else {
      messages(statement, line);
      needs(statement, StepKind::send, "send");
    }
  }

  // The messages of `send a or b`.
  void messages(const Stmt& statement, TestLine& line) {
    for (const Part& part : statement.parts) {
      if (part.what != Part::What::expression || !part.expression || part.expression->kind != ExprKind::path) continue;
      const auto named = find_named(workspace_, Kind::message, part.expression->path);
      if (!named || !whole_) continue;
      const auto number = message_sent(named->name);
      if (number) {
        line.messages.push_back(*number);
      } else {
        workspace_.sink.report(mistake(805, part.expression->span, {out_book_name(), named->name}));
      }
    }
  }

  // A message that the playbook, or one that it starts, sends.
  std::optional<std::uint32_t> message_sent(const std::string& name) const {
    for (const std::uint32_t p : books_) {
      for (const program::Step& step : program_.playbooks[p].steps) {
        if (step.message != kNone && program_.messages[step.message].name == name) return step.message;
      }
    }
    return std::nullopt;
  }

  void amount(const Stmt& statement, Keyword word, TestLine& line) {
    const Expr* money = syntax::expression_behind(statement, word);
    if (!money || money->value.kind != ValueKind::money) {
      workspace_.broken = true;
      return;
    }
    const auto amount = money_of(workspace_, *money);
    if (!amount) return;
    line.amount = amount->integer;
    line.currency = amount->extra;
  }

  void person(const Stmt& statement, TestLine& line) {
    const Expr* path = syntax::expression_behind(statement, Keyword::credit_to);
    if (!path) return;
    if (const auto partner = find_named_quietly(workspace_, Kind::partner, path->path)) {
      line.person.kind = program::Person::Kind::partner;
      line.person.partner = partner->index;
      return;
    }
    if (path->path.size() == 1) {  // one word can only be a partner: this says so
      (void)find_named(workspace_, Kind::partner, path->path);
      return;
    }
    const IrPtr reference = value_of(workspace_, path, Reach{});
    if (!reference) return;
    if (reference->type.type != Type::customer && reference->type.type != Type::staff) {
      workspace_.sink.report(mistake(370, reference->span, {type_word(reference->type)}));
      return;
    }
    line.person.kind = program::Person::Kind::reference;
    line.person.expression = lowering_.emit.expression(reference);
  }

  // ---- what the playbook can do at all

  const program::Playbook& book() const { return program_.playbooks[out_.playbook]; }
  const std::string& out_book_name() const { return book().name; }

  // The playbook and all that it starts, by and by.
  void follow_starts(std::uint32_t playbook) {
    if (!books_.insert(playbook).second) return;
    for (const program::Step& step : program_.playbooks[playbook].steps) {
      if (step.kind == StepKind::start && step.playbook != kNone) follow_starts(step.playbook);
    }
  }

  void lacks(const Stmt& statement, const char* what) {
    workspace_.sink.report(mistake(806, statement.head, {out_book_name(), what}));
  }

  bool has_step(StepKind kind) const {
    for (const std::uint32_t p : books_) {
      for (const program::Step& step : program_.playbooks[p].steps) {
        if (step.kind == kind || (kind == StepKind::send && step.kind == StepKind::ask)) return true;
      }
    }
    return false;
  }

  void needs(const Stmt& statement, StepKind kind, const char* what) {
    if (whole_ && !has_step(kind)) lacks(statement, what);
  }

  // Is there a step of this kind that can say `text`?
  void says(const Stmt& statement, StepKind kind, const char* what, const std::optional<std::string>& text) {
    if (!whole_) return;
    if (!has_step(kind)) return lacks(statement, what);
    if (!text) return;
    std::vector<std::string> known;
    for (const std::uint32_t p : books_) {
      for (const program::Step& step : program_.playbooks[p].steps) {
        if (step.kind != kind) continue;
        auto fixed = fixed_text(step.text);
        if (!fixed || *fixed == *text) return;
        known.push_back(std::move(*fixed));
      }
    }
    Diagnostic diagnostic = mistake(808, statement.head, {out_book_name(), what, *text});
    suggest(diagnostic, *text, known);
    workspace_.sink.report(std::move(diagnostic));
  }

  // ---- small things

  void channel(const Stmt& statement, Keyword word, TestLine& line) {
    const Part* name = syntax::behind(statement, word, Part::What::name);
    if (name && known_channel(workspace_, name->name)) line.channel = name->name.text;
  }

  std::optional<Duration> duration_behind(const Stmt& statement, Keyword word) {
    return fixed_duration(workspace_, syntax::expression_behind(statement, word));
  }

  std::optional<std::string> written_text(const Stmt& statement, Keyword word) {
    const syntax::Text* text = syntax::text_behind(statement, word);
    return text ? plain_text(workspace_, *text) : std::nullopt;
  }

 public:
  bool expects() const { return expects_; }

 private:
  Lowering& lowering_;
  Workspace& workspace_;
  program::Program& program_;
  program::Test& out_;
  bool whole_;
  std::set<std::uint32_t> books_;
  bool under_way_ = false;
  bool has_start_ = false;
  bool expects_ = false;
};

void lower_test(Lowering& lowering, const Stmt& declaration, bool whole,
                std::set<std::pair<std::string, std::string>>& seen, program::Tests& tests) {
  Workspace& workspace = lowering.workspace;
  const Part* name = syntax::first(declaration, Part::What::text);
  const Expr* playbook = syntax::expression_behind(declaration, Keyword::for_person);
  const Part* block = syntax::first(declaration, Part::What::block);
  if (!name || !name->text || !playbook || !block) {
    workspace.broken = true;
    return;
  }
  program::Test& out = tests.tests.emplace_back();
  if (auto text = plain_text(workspace, *name->text)) out.name = std::move(*text);
  out.span = name->text->span;
  out.line = text::place_of(workspace.sources[declaration.head.file].text, declaration.head.begin).line;
  const auto named = find_named(workspace, Kind::playbook, playbook->path);
  const auto& books = lowering.emit.program().playbooks;
  const auto book = std::find_if(books.begin(), books.end(),
                                 [&](const program::Playbook& one) { return named && one.name == named->name; });
  if (book != books.end()) out.playbook = static_cast<std::uint32_t>(book - books.begin());
  if (named && !seen.emplace(named->name, out.name).second) workspace.sink.report(mistake(208, out.span, {out.name}));

  Lines lines(lowering, out, whole && book != books.end());
  for (const syntax::StmtPtr& line : block->block.statements) {
    if (line) lines.line(*line);
  }
  if (!lines.expects() && !workspace.broken) workspace.sink.report(mistake(802, out.span, {out.name}));
  if (out.customers.empty()) out.customers.push_back(program::kTestCustomer);
}

template <typename T>
std::vector<T> cut(std::vector<T>& whole, std::size_t from) {
  std::vector<T> tail(std::make_move_iterator(whole.begin() + static_cast<std::ptrdiff_t>(from)),
                      std::make_move_iterator(whole.end()));
  whole.resize(from);
  return tail;
}

}  // namespace

program::Tests lower_tests(Lowering& lowering) {
  Workspace& workspace = lowering.workspace;
  std::vector<const syntax::File*> files;
  for (const syntax::File& file : workspace.files) {
    if (owner_of(workspace, {file.file, 0, 0}) == 0) files.push_back(&file);  // a package's are run with the package
  }
  std::stable_sort(files.begin(), files.end(), [&](const syntax::File* a, const syntax::File* b) {
    return workspace.sources[a->file].name < workspace.sources[b->file].name;
  });
  const bool whole = !workspace.broken && workspace.sink.errors() == 0;
  program::Program& program = lowering.emit.program();
  const std::size_t constants = program.constants.size(), nodes = program.nodes.size(),
                    arguments = program.arguments.size(), windows = program.windows.size(),
                    expressions = program.expressions.size();
  program::Tests tests;
  std::set<std::pair<std::string, std::string>> seen;
  for (const syntax::File* file : files) {
    for (const syntax::StmtPtr& declaration : file->declarations) {
      if (declaration && declaration->kind == StmtKind::test) lower_test(lowering, *declaration, whole, seen, tests);
    }
  }
  tests.parts.constants = cut(program.constants, constants);
  tests.parts.nodes = cut(program.nodes, nodes);
  tests.parts.node_places = cut(lowering.emit.node_places(), nodes);
  tests.parts.arguments = cut(program.arguments, arguments);
  tests.parts.windows = cut(program.windows, windows);
  tests.parts.expressions = cut(program.expressions, expressions);
  return tests;
}

}  // namespace tend::check
