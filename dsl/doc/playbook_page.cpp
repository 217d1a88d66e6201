// The page of one playbook.
#include <algorithm>
#include <map>

#include "dsl/doc/doc.hpp"
#include "dsl/doc/html.hpp"
#include "dsl/doc/reads.hpp"
#include "dsl/doc/worst.hpp"
#include "dsl/graph/escape.hpp"
#include "dsl/graph/layout.hpp"
#include "dsl/program/worst_case.hpp"
#include "dsl/prose/reading.hpp"

namespace tend::doc {
namespace {

using graph::xml;
using program::kNone;
using prose::finish;

class PlaybookPage {
 public:
  PlaybookPage(const Input& input, std::uint32_t index)
      : input_(input),
        program_(input.program),
        index_(index),
        book_(program_.playbooks[index]),
        context_{program_, &book_, kNone, input.tongue},
        reads_(reads_of(program_, index)) {}

  std::string html() const {
    const std::string title = book_.title.empty() ? book_.name : book_.title;
    std::string body = "<nav><a href=\"index.html\">" + xml(say("All playbooks", "全部剧本")) + "</a></nav>\n";
    body += "<header>\n<h1>" + xml(title) + "</h1>\n<p class=\"soft\">";
    if (title != book_.name) body += "<code>" + xml(book_.name) + "</code> ";
    if (!book_.owner.empty()) body += xml(say("· owner: ", "· 负责人：") + book_.owner);
    body += "</p>\n";
    if (!book_.description.empty()) body += paragraph(book_.description);
    body += "</header>\n";
    body += picture();
    body += section(say("In plain words", "用大白话说"),
                    reading_html(prose::read_playbook(program_, index_, input_.tongue), input_.tongue) +
                        (has_ways() ? "<p class=\"soft\">" +
                                          xml(say("A way that does not stop goes on with the next step.",
                                                  "没有写「结束」的分支，走完后接着走下一步。")) +
                                          "</p>\n"
                                    : ""));
    body += section(say("Whom it can contact, and how often at worst", "会联系谁，最坏多频繁"), contacts());
    body += section(say("What it reads", "读取哪些数据"), list(what_it_reads()));
    body += section(say("What it changes", "会改动什么"), list(what_it_changes()));
    body += section(say("Budgets", "预算"), budgets());
    body += section(say("When it is edited", "剧本修改后"), paragraph(prose::on_edit_sentence(book_, input_.tongue)));
    return page(title, body, input_.tongue);
  }

 private:
  std::string say(const char* en, const char* zh) const { return context_.zh() ? zh : en; }
  std::string done(const std::string& phrase) const { return finish(phrase, context_.tongue); }

  bool has_ways() const {
    return std::any_of(book_.steps.begin(), book_.steps.end(),
                       [](const program::Step& step) { return step.kind == program::StepKind::jump; });
  }

  std::string picture() const {
    const graph::Graph drawn = graph::build(program_, index_, input_.tongue);
    // On a phone it may shrink to three quarters, where it still can be read; what is wider can be pushed aside.
    const std::int32_t width = graph::place(drawn).width;
    std::string svg = graph::svg(drawn);
    svg.insert(std::string_view("<svg ").size(), "style=\"width:100%;max-width:" + std::to_string(width) +
                                                     "px;min-width:" + std::to_string(width * 3 / 4) + "px\" ");
    return "<div class=\"graph\">\n" + svg + "</div>\n";
  }

  std::string named(const std::string& kind, const std::vector<std::string>& names) const {
    std::string out = "<b>" + xml(kind) + "</b>" + (context_.zh() ? "：" : ": ");
    for (std::size_t i = 0; i < names.size(); ++i) out += (i == 0 ? "" : context_.zh() ? "、" : ", ") + xml(names[i]);
    return out;
  }

  std::vector<std::string> attribute_names(const std::set<std::uint32_t>& attributes) const {
    std::vector<std::string> names;
    for (const std::uint32_t one : attributes) {
      const program::Attribute& attribute = program_.attributes[one];
      names.push_back(attribute.name + (attribute.is_private ? say(" (private)", "（隐私）") : ""));
    }
    return names;
  }

  std::vector<std::string> what_it_reads() const {
    std::vector<std::string> items;
    if (!reads_.attributes.empty())
      items.push_back(named(say("Attributes", "客户属性"), attribute_names(reads_.attributes)));
    std::vector<std::string> tags(reads_.tags.begin(), reads_.tags.end());
    for (std::string& tag : tags) tag = "“" + tag + "”";
    if (reads_.other_tags) tags.push_back(say("any tag", "任意标签"));
    if (!tags.empty()) items.push_back(named(say("Tags", "标签"), tags));
    const std::vector<std::string> consents(reads_.consents.begin(), reads_.consents.end());
    if (!consents.empty()) items.push_back(named(say("Consent", "同意"), consents));
    if (reads_.activity) {
      std::vector<std::string> activity;
      for (const std::uint32_t event : program_.activity)
        activity.push_back(done(prose::bare_event(program_.events[event], context_.tongue)));
      items.push_back(named(say("How long they have been silent, by", "沉默多久，以这些事件计"), activity));
    }
    const std::vector<std::string> events = events_read();
    items.insert(items.end(), events.begin(), events.end());
    for (const Definition& one : input_.definitions) {
      const std::string text = definition(one);
      if (!text.empty()) items.push_back(text);
    }
    return items;
  }

  /// An item for each event: by itself, and the windows over it.
  std::vector<std::string> events_read() const {
    std::map<std::uint32_t, std::vector<std::string>> events;
    for (const std::uint32_t event : reads_.events) events[event].push_back(say("each one as it comes", "每一次发生"));
    for (const std::uint32_t index : reads_.windows) {
      const program::Window& window = program_.windows[index];
      std::string words = window.over ? say("those of the last ", "近") +
                                            prose::per_words(*window.over, context_.tongue) + say("", "的")
                                      : say("all of them, ever", "至今全部");
      if (context_.zh() && window.over) words = "近" + prose::duration_words(*window.over, context_.tongue) + "的";
      if (window.field != kNone && window.field != program::kFieldAt)
        words += " (" + prose::name(program_.events[window.event].fields[window.field].name) + ")";
      std::vector<std::string>& known = events[window.event];
      words = done(words);
      if (std::find(known.begin(), known.end(), words) == known.end()) known.push_back(words);
    }
    std::vector<std::string> items;
    for (const auto& [event, uses] : events)
      items.push_back(
          named(say("Event ", "事件 ") + done(prose::bare_event(program_.events[event], context_.tongue)), uses));
    return items;
  }

  /// The definition with its meaning; empty where the playbook has nothing that was made from it.
  std::string definition(const Definition& one) const {
    std::uint32_t widest = kNone;
    std::uint32_t width = 0;
    for (const std::uint32_t node : reads_.nodes) {
      const text::Span span = input_.places.nodes[node];
      const bool inside = span.file == one.value.file && span.begin >= one.value.begin && span.end <= one.value.end &&
                          span.end > span.begin;
      if (!inside || span.end - span.begin < width) continue;
      width = span.end - span.begin;
      widest = node;  // of equal ones the last: a parent comes after its children
    }
    if (widest == kNone) return {};
    const bool condition = program_.nodes[widest].type == program::Type::boolean;
    const std::string words = done(condition ? prose::clause(context_, widest) : prose::value(context_, widest));
    const bool whole = width == one.value.end - one.value.begin;
    return "<b>" + xml(one.name) + "</b>" + (context_.zh() ? "：" : ": ") + (whole ? xml(words) + "<br>" : "") +
           "<code>" + xml(one.written) + "</code>";
  }

  std::vector<std::string> what_it_changes() const {
    std::vector<std::string> items;
    if (!reads_.sets.empty()) items.push_back(named(say("Sets", "更新属性"), attribute_names(reads_.sets)));
    std::vector<std::string> tags, untags;
    for (const std::uint32_t index : reads_.tag_steps) {
      const program::Step& step = book_.steps[index];
      std::vector<std::string>& to = step.kind == program::StepKind::tag ? tags : untags;
      const std::string tag = done("“" + prose::text_words(context_, step.text) + "”");
      if (std::find(to.begin(), to.end(), tag) == to.end()) to.push_back(tag);
    }
    if (!tags.empty()) items.push_back(named(say("Tags", "打上标签"), tags));
    if (!untags.empty()) items.push_back(named(say("Takes off the tags", "去掉标签"), untags));
    std::vector<std::string> emits, starts;
    for (const std::uint32_t event : reads_.emits) emits.push_back(program_.events[event].name);
    for (const std::uint32_t other : reads_.starts) starts.push_back(program_.playbooks[other].name);
    if (!emits.empty()) items.push_back(named(say("Records the events", "记录事件"), emits));
    if (!starts.empty()) items.push_back(named(say("Starts the playbooks", "启动剧本"), starts));
    return items;
  }

  std::string contacts() const {
    std::string out = list(worst_sentences(program_, index_, context_.tongue));
    for (const std::uint32_t index : reads_.messages) out += message(program_.messages[index]);
    std::vector<std::string> people;
    for (const program::Step& step : book_.steps) {
      if (step.kind != program::StepKind::task && step.kind != program::StepKind::transfer &&
          step.kind != program::StepKind::ask)
        continue;
      const std::string words = prose::headline(prose::step_words(context_, step).title, context_.tongue);
      if (std::find(people.begin(), people.end(), words) == people.end()) people.push_back(words);
    }
    if (people.empty()) return out;
    for (std::string& one : people) one = xml(one);
    return out + "<h3>" + xml(say("Work for people", "需要人做的事")) + "</h3>\n" + list(people);
  }

  std::string message(const program::Message& message) const {
    std::string out = "<div class=\"card\">\n<h3>" + xml(message.name) + " <small>" +
                      xml(prose::class_words(message.message_class, context_.tongue));
    if (!message.channels.empty()) out += " · " + xml(done(prose::channels_words(context_, message.channels)));
    out += "</small></h3>\n";
    for (const program::MessageItem& item : message.items) out += message_item(item);
    return out + "</div>\n";
  }

  std::string message_item(const program::MessageItem& item) const {
    std::string which = item_word(item.kind);
    if (!item.channel.empty()) which = item.channel + " " + which;
    if (!item.language.empty()) which += " " + item.language;
    std::string out =
        "<div class=\"said\"><small>" + xml(which) + "</small> " + xml(done(prose::text_words(context_, item.parts)));
    for (const program::MessageField& field : item.fields) {
      if (field.expression == kNone) continue;
      out += "<br><small>" + xml(field.name) + "</small> " + xml(done(prose::value_of(context_, field.expression)));
    }
    return out + "</div>\n";
  }

  std::string item_word(const std::string& kind) const {
    if (!context_.zh()) return kind;
    static const std::map<std::string, std::string> kWords = {
        {"text", "正文"},  {"subject", "标题"},       {"body", "邮件正文"}, {"link", "链接"},
        {"image", "图片"}, {"miniprogram", "小程序"}, {"template", "模板"}};
    const auto found = kWords.find(kind);
    return found == kWords.end() ? kind : found->second;
  }

  std::string budgets() const {
    std::vector<std::string> items;
    for (const std::uint32_t index : reads_.budgets) {
      const program::Budget& budget = program_.budgets[index];
      const std::string title = budget.title.empty() ? budget.name : budget.title;
      items.push_back("<b>" + xml(title) + "</b>" + (context_.zh() ? "：" : ": ") +
                      xml(prose::read_budget(program_, budget, context_.tongue)));
    }
    return list(items);
  }

  const Input& input_;
  const program::Program& program_;
  std::uint32_t index_;
  const program::Playbook& book_;
  prose::Context context_;
  Reads reads_;
};

}  // namespace

std::string playbook_page(const Input& input, std::uint32_t playbook) { return PlaybookPage(input, playbook).html(); }

}  // namespace tend::doc
