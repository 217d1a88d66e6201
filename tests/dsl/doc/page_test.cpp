// Pages about playbooks: what stands on them, and that nothing of the author's gets out of its place.
#include "dsl/doc/doc.hpp"

#include "dsl/doc/reads.hpp"
#include "tests/dsl/graph/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

const program::Program& whole() {
  static const program::Program program = compile_or_throw(read_text("tests/golden/graph/whole.en.tend"));
  return program;
}

std::string page_of(const std::string& name, text::Tongue tongue) {
  program::Places places;
  places.nodes.resize(whole().nodes.size());
  const doc::Input input{whole(), places, {}, "shop", tongue};
  for (std::uint32_t p = 0; p < whole().playbooks.size(); ++p)
    if (whole().playbooks[p].name == name) return doc::playbook_page(input, p);
  return {};
}

bool has(const std::string& page, const std::string& words) { return page.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("a page says whom a playbook contacts, what it reads and changes, in both tongues") {
  const std::string en = page_of("steps", text::Tongue::en);
  CHECK(has(en, "<html lang=\"en\">"));
  CHECK(has(en, "One journey sends a customer at most"));
  CHECK(has(en, "<b>Sets</b>: level"));
  CHECK(has(en, "<b>Records the events</b>: noted"));
  CHECK(has(en, "<b>gifts</b>: 500 CNY per month; at most 60 CNY per customer and month"));
  CHECK(has(en, "After an edit those inside are moved from “old” to “first” and from “older” to “split”."));
  const std::string zh = page_of("steps", text::Tongue::zh);
  CHECK(has(zh, "<html lang=\"zh-CN\">"));
  CHECK(has(zh, "总共每月最多 500 元；每个客户每月最多 60 元"));
  for (const std::string& page : {en, zh}) {
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "http-equiv"));
    CHECK(page.find_first_of("\x01\x02") == std::string::npos);
  }
}

TEST_CASE("the index leads to every page and says what binds all playbooks") {
  program::Places places;
  places.nodes.resize(whole().nodes.size());
  const std::string index = doc::index_page({whole(), places, {}, "<shop>", text::Tongue::en});
  for (const program::Playbook& book : whole().playbooks) CHECK(has(index, "href=\"" + doc::page_name(book) + "\""));
  CHECK(has(index, "&lt;shop&gt;"));
  CHECK(has(index, "Nothing is sent from 21:00 to 09:00"));
}

TEST_CASE("what a playbook reads is found in conditions, steps and texts") {
  for (std::uint32_t p = 0; p < whole().playbooks.size(); ++p) {
    if (whole().playbooks[p].name != "other") continue;
    const doc::Reads reads = doc::reads_of(whole(), p);
    std::string names;
    for (const std::uint32_t one : reads.attributes) names += whole().attributes[one].name + " ";
    CHECK(names == "level ");
    CHECK(reads.consents == std::set<std::string>{"alliance"});
    CHECK(reads.windows.size() == 3);
    CHECK(reads.messages.size() == 1);
  }
}
