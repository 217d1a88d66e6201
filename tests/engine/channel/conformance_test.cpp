// The conformance kit: a good program keeps all of it, and each fault is found by the question that is about it.
#include "engine/channel/program/conformance.hpp"

#include <fstream>
#include <sstream>

#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

/// The names of what is broken, joined.
std::string broken(const std::string& python, const std::string& unknown = "once", bool polls = false,
                   std::size_t least = 8) {
  const TempFolder folder;
  std::ofstream(folder.file("a.py")) << python;
  const ChannelConfig config{
      .name = "x",
      .adapter = "program",
      .options = {{"command", "env \"OUTBOX=" + folder.file("sent.txt") + "\" python3 " + folder.file("a.py")},
                  {"batch", "7"},
                  {"unknown", unknown},
                  {"timeout", "5"},
                  {"polls", polls ? "true" : "false"}}};
  const auto checks = check_conformance(config, "a@b.example", env::real_clock());
  REQUIRE(checks);
  CHECK(checks->size() >= least);
  std::string out;
  for (const ConformanceCheck& check : *checks) {
    if (!check.kept) out += check.name + ": " + check.found + "\n";
  }
  return out;
}

std::string documented() {
  std::ifstream file("docs/adapters.md");
  std::ostringstream all;
  all << file.rdbuf();
  const std::string text = all.str(), start = "```python\n";
  const std::size_t at = text.find(start) + start.size();
  return text.substr(at, text.find("```\n", at) - at);
}

/// A program whose `send` is `body`, with what it has seen.
std::string with_send(const std::string& body, const std::string& more = "") {
  return "import json, os, sys, time\nseen = set()\ndef send(m):\n  if '@' not in m['to']: return {'fate': "
         "'rejected'}\n" +
         body + "\nfor line in sys.stdin:\n  q = json.loads(line)\n  a = {'id': q['id']}\n" + more +
         "  if 'submit' in q: a['outcomes'] = [send(m) for m in q['submit']]\n"
         "  print(json.dumps(a), flush=True)\n";
}

TEST_CASE("conformance: the program of the documentation keeps all of it") {
  CHECK(broken(documented(), "again").empty());
  CHECK(broken(documented(), "once").empty());
}

TEST_CASE("conformance: one that answers for what it has taken keeps all of it") {
  CHECK(broken(with_send("  seen.add(m['key']); return {'fate': 'accepted'}",
                         "  if 'reconcile' in q: a['outcomes'] = [{'fate': 'accepted' if q['reconcile']['key'] in seen "
                         "else 'deferred'}]\n  if 'poll' in q: a['receipts'] = []\n"),
               "ask", true, 11)
            .empty());
}

TEST_CASE("conformance: each fault is found") {
  const std::string accept = "  return {'fate': 'accepted'}";
  CHECK(broken(with_send(accept), "again").starts_with("the same key again is a duplicate"));
  CHECK(broken(with_send(accept, "  if 'reconcile' in q: a['outcomes'] = [{'fate': 'accepted'}]\n"), "ask")
            .starts_with("a message that never came is deferred"));
  CHECK(broken(with_send("  return {'fate': 'sent'}")).starts_with("a message has an outcome: unknown"));
  CHECK(broken(with_send(accept, "  print('hello')\n")).find("its stdout has nothing but answers: ") !=
        std::string::npos);
  CHECK(broken(with_send(accept, "  if 'something_new' in q: sys.exit(1)\n"))
            .starts_with("a question that it does not know does no harm"));
  CHECK(broken(with_send(accept, "  if 'submit' in q: q['submit'] = q['submit'][:3]\n"))
            .starts_with("a full batch has an outcome for each message: 0 of 7"));
  CHECK(broken("import json, sys\nfor line in sys.stdin:\n  q = json.loads(line)\n"
               "  print(json.dumps({'id': q['id'], 'outcomes': [{'fate': 'accepted'} for m in q.get('submit', [])]}), "
               "flush=True)\n")
            .starts_with("what is no address is rejected, and not the account: accepted"));
  CHECK(broken("import sys\nsys.exit(1)\n").starts_with("a message has an outcome: "));
}

TEST_CASE("conformance: a program that cannot be started is one broken check") {
  const auto checks = check_conformance({.name = "x", .adapter = "program", .options = {{"command", "/nowhere/x"}}},
                                        "a@b.example", env::real_clock());
  REQUIRE(checks);
  REQUIRE(checks->size() == 1);
  CHECK(!checks->at(0).kept);
}

}  // namespace
}  // namespace tend::channel
