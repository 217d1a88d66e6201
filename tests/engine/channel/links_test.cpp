// Addresses in messages: what they say comes back, and nobody else can make, change or read one.
#include "engine/channel/links.hpp"

#include <set>

#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using channel::Link;
using channel::LinkKind;
using channel::Links;
using channel::LinkStyle;
using channel::LinkUse;

namespace {

constexpr std::string_view kBase = "https://u.example.test";

Links links_of(env::Files& files) {
  auto links = Links::open(files, "data/links.key", std::string(kBase));
  REQUIRE(links);
  return *links;
}

Link link() {
  return {.kind = LinkKind::click,
          .key = {0x0123456789abcdef, 0xfedcba9876543210},
          .channel = "mail",
          .customer = "客户 7",
          .playbook = "welcome",
          .message = "hello",
          .target = "https://shop.example.test/茶?a=1&b=2"};
}

std::string token_of(const std::string& address) { return address.substr(address.rfind('/') + 1); }

}  // namespace

TEST_CASE("an address says what it is about to whom has the key, the same each time and after a restart") {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder("data"));
  const Links links = links_of(files);
  const std::string address = links.address(link());
  CHECK(address.starts_with("https://u.example.test/c/"));
  CHECK(links.address(link()) == address);
  CHECK(address.find("mail") == std::string::npos);
  const auto read = links_of(files).read(token_of(address));
  REQUIRE(read);
  CHECK(read->kind == LinkKind::click);
  CHECK(read->key == link().key);
  CHECK(read->customer == "客户 7");
  CHECK(read->playbook == "welcome");
  CHECK(read->message == "hello");
  CHECK(read->channel == "mail");
  CHECK(read->target == link().target);
  Link other = link();
  other.customer = "客户 8";
  CHECK(links.address(other).substr(0, 40) != address.substr(0, 40));
}

TEST_CASE("what was changed, cut, added to or made with another key is none") {
  env::SimulatedFiles files, elsewhere;
  REQUIRE(files.make_folder("data"));
  REQUIRE(elsewhere.make_folder("data"));
  const Links links = links_of(files);
  const std::string token = token_of(links.address(link()));
  CHECK_FALSE(links_of(elsewhere).read(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(links.read(changed));
    CHECK_FALSE(links.read(token.substr(0, i)));
  }
  for (const std::string& wrong :
       {token + "A", token + "=", " " + token, token + "\n", std::string(10'000, 'A'), std::string()})
    CHECK_FALSE(links.read(wrong));
}

TEST_CASE("a folder whose key is damaged says so") {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder("data"));
  REQUIRE(env::write_whole_file(files, "data/links.key", "abc\n"));
  const auto links = Links::open(files, "data/links.key", std::string(kBase));
  REQUIRE_FALSE(links);
  CHECK(links.error().code == ErrorCode::corrupt);
}

TEST_CASE("where people reach the server is an address of https, or of this machine") {
  CHECK(channel::link_base("https://u.example.test/x/") == "https://u.example.test/x");
  CHECK(channel::link_base("http://127.0.0.1:7700") == "http://127.0.0.1:7700");
  for (const char* wrong : {"", "u.example.test", "http://u.example.test", "http://localhost.example.test",
                            "https://u.example.test/?a", "ftp://x", "https://u.example.test/\"><b>"})
    CHECK_FALSE(channel::link_base(wrong));
}

TEST_CASE("a message carries the addresses that its channel wants") {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder("data"));
  const Links links = links_of(files);
  channel::Message message;
  message.channel = "mail";
  message.customer = "anna";
  message.items = {
      {"body",
       R"(<a href="https://a.test/?x=1&amp;y=2">1</a> <a href="mailto:b@c.test">2</a> <a href="https://a.test/?x=1&amp;y=2">3</a>)",
       ""},
      {"link", "https://b.test/", ""},
      {"template", "SMS_1", ""},
      {"template", "https://c.test/", "field"}};
  const auto kinds = [](const channel::Message& m) {
    std::string out;
    for (const channel::Item& item : m.items) out += item.kind + " ";
    return out;
  };
  channel::Message plain = message;
  add_links(plain, links, {.use = LinkUse::none, .html = true});
  CHECK(kinds(plain) == kinds(message));
  add_links(plain, links, {.use = LinkUse::unsubscribe, .html = true});
  CHECK(kinds(plain) == "body link template template unsubscribe ");
  CHECK(plain.items[0].text == message.items[0].text);

  channel::Message all = message;
  add_links(all, links, {.use = LinkUse::all, .html = true});
  CHECK(kinds(all) == "body link template template open unsubscribe ");
  CHECK(all.items[0].text.find("a.test") == std::string::npos);
  CHECK(all.items[0].text.find("mailto:b@c.test") != std::string::npos);
  CHECK(all.items[3].text == "https://c.test/");
  const std::size_t begin = all.items[0].text.find("/c/") + 3;
  const auto first = links.read(all.items[0].text.substr(begin, all.items[0].text.find('"', begin) - begin));
  REQUIRE(first);
  CHECK(first->target == "https://a.test/?x=1&y=2");
  CHECK(links.read(token_of(all.items[1].text))->target == "https://b.test/");

  // What stands within another attribute is no link, whatever it looks like.
  channel::Message odd = message;
  odd.items = {{"body", R"(<a href="see href="https://a.test/">1</a>)", ""}};
  add_links(odd, links, {.use = LinkUse::all, .html = true, .unsubscribes = false});
  CHECK(odd.items[0].text == R"(<a href="see href="https://a.test/">1</a>)");
  CHECK(links.read(token_of(all.items[5].text))->kind == LinkKind::unsubscribe);

  channel::Message own = message;
  own.marketing = false;
  add_links(own, links, {.use = LinkUse::all});
  CHECK(kinds(own) == "body link template template ");
  channel::Message elsewhere = message;
  add_links(elsewhere, links, {.use = LinkUse::all, .unsubscribes = false});
  CHECK(kinds(elsewhere) == "body link template template ");
}
