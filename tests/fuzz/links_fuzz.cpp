// Addresses in messages: what was sealed comes back as it was, what nobody sealed does not, and a body in HTML of any
// bytes keeps all but where its links lead.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/text/must.hpp"
#include "engine/channel/links.hpp"

using namespace tend;
using namespace tend::channel;

namespace {

constexpr std::string_view kBase = "https://u.example.test";

/// As many bytes of it as the next one says.
std::string some(std::string_view& bytes) {
  if (bytes.empty()) return {};
  const std::size_t size = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]) * 4u, bytes.size() - 1);
  const std::string out(bytes.substr(1, size));
  bytes.remove_prefix(1 + size);
  return out;
}

void seal_and_read(const Links& links, std::string_view bytes) {
  Link link{.kind = LinkKind::click, .key = {bytes.size(), 7}};
  for (std::string* text : {&link.channel, &link.customer, &link.playbook, &link.message, &link.target})
    *text = some(bytes);
  const std::string address = links.address(link);
  CHECK_OR_DIE(address.starts_with(std::string(kBase) + "/c/"), "an address begins with the base and its kind");
  const std::string_view token = std::string_view(address).substr(kBase.size() + 3);
  CHECK_OR_DIE(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
                   std::string_view::npos,
               "a token needs no escaping");
  const auto read = links.read(token);
  CHECK_OR_DIE(token.size() > kLinkTokenMax ||
                   (read && read->kind == link.kind && read->key == link.key && read->customer == link.customer &&
                    read->target == link.target && read->channel == link.channel && read->message == link.message),
               "what was sealed comes back");
  if (bytes.empty() || token.empty()) return;
  std::string changed(token);  // one letter is another
  char& letter = changed[static_cast<unsigned char>(bytes[0]) % changed.size()];
  letter = letter == 'A' ? 'B' : 'A';
  const auto other = links.read(changed);
  CHECK_OR_DIE(!other || (other->target == link.target && other->customer == link.customer),
               "nobody changes what an address says");
}

/// All but where its links lead.
std::string outside(std::string_view text) {
  constexpr std::string_view kHref = "href=\"";
  std::string out;
  for (;;) {
    const std::size_t begin = text.find(kHref);
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('"', begin + kHref.size());
    if (end == std::string_view::npos) return out + std::string(text);
    out += text.substr(0, begin + kHref.size());
    text.remove_prefix(end);
  }
}

void put_into(const Links& links, std::string_view bytes) {
  const bool html = (bytes[0] & 1) != 0;
  const std::string body(bytes.substr(1));
  Message message{.key = {1, 2}, .customer = "c", .playbook = "p", .message = "m", .channel = "mail"};
  message.items = {{"body", body, ""}, {"link", std::string(bytes.substr(bytes.size() / 2)), ""}};
  add_links(message, links, {.use = LinkUse::all, .html = html});
  const std::string& after = message.items[0].text;
  CHECK_OR_DIE(html || after == body, "a plain body stays as it is");
  CHECK_OR_DIE(outside(after) == outside(body), "only where links lead is changed");
  for (const Item& item : message.items)
    CHECK_OR_DIE(item.text.size() < 1024 * (bytes.size() + 4), "what comes out is bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Links links(Links::Key{1, 2, 3}, std::string(kBase));
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0: CHECK_OR_DIE(!links.read(bytes), "nobody makes an address without the key"); break;
    case 1: seal_and_read(links, bytes); break;
    case 2: put_into(links, bytes); break;
    default: {
      const auto base = link_base(bytes);
      CHECK_OR_DIE(!base || base->starts_with("https://") || base->starts_with("http://"), "a base is an address");
    }
  }
  return 0;
}
