// The page that leads to all others, and what binds all playbooks.
#include "dsl/doc/doc.hpp"
#include "dsl/doc/html.hpp"
#include "dsl/doc/worst.hpp"
#include "dsl/graph/escape.hpp"
#include "dsl/prose/reading.hpp"

namespace tend::doc {

using graph::xml;

std::string page_name(const program::Playbook& playbook) { return "playbook-" + playbook.name + ".html"; }

std::string index_page(const Input& input) {
  const program::Program& program = input.program;
  const bool zh = input.tongue == text::Tongue::zh;
  const auto say = [&](const char* en, const char* chinese) { return std::string(zh ? chinese : en); };
  const std::string title = input.workspace.empty() ? say("Playbooks", "剧本") : input.workspace;
  std::string body = "<header>\n<h1>" + xml(title) + "</h1>\n</header>\n";
  std::string cards;
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    const program::Playbook& book = program.playbooks[p];
    const prose::Reading reading = prose::read_playbook(program, p, input.tongue);
    cards += "<div class=\"card\">\n<h3><a href=\"" + href(page_name(book)) + "\">" +
             xml(book.title.empty() ? book.name : book.title) + "</a>";
    if (!book.title.empty()) cards += " <code>" + xml(book.name) + "</code>";
    cards += "</h3>\n";
    if (!reading.about.empty()) cards += paragraph(reading.about.front());
    cards += "<p class=\"soft\">" + xml(worst_short(program, p, input.tongue)) + "</p>\n</div>\n";
  }
  if (cards.empty()) cards = paragraph(say("There is no playbook in this workspace.", "这个工作区里没有剧本。"));
  body += "<section>\n" + cards + "</section>\n";
  std::vector<std::string> rules;
  for (const std::string& one : prose::read_policy(program, input.tongue)) rules.push_back(xml(one));
  body += section(say("What binds all playbooks", "对所有剧本生效的规则"), list(rules));
  std::vector<std::string> budgets;
  for (const program::Budget& budget : program.budgets)
    budgets.push_back("<b>" + xml(budget.title.empty() ? budget.name : budget.title) + "</b>" + (zh ? "：" : ": ") +
                      xml(prose::read_budget(program, budget, input.tongue)));
  body += section(say("Budgets", "预算"), list(budgets));
  return page(title, body, input.tongue);
}

}  // namespace tend::doc
