// The seal is XChaCha20-Poly1305 with a nonce made of what is sealed, so that the same address comes out each time a
// message is tried. Source: libsodium's crypto_aead_xchacha20poly1305_ietf, RFC 8439; RFC 5297 for such nonces.
#include "engine/channel/links.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "dsl/text/must.hpp"

namespace tend::channel {
namespace {

constexpr unsigned char kVersion = 1;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kOverhead = 1 + kNonceBytes + kTagBytes;

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void put_text(std::string& out, std::string_view text) {
  CHECK_OR_DIE(text.size() <= 0xFFFF, "names and addresses are bounded");
  out += static_cast<char>(text.size() & 0xFF);
  out += static_cast<char>(text.size() >> 8);
  out += text;
}

bool take_text(std::string_view& rest, std::string& text) {
  if (rest.size() < 2) return false;
  const std::size_t size =
      static_cast<unsigned char>(rest[0]) | static_cast<std::size_t>(static_cast<unsigned char>(rest[1])) << 8;
  if (rest.size() - 2 < size) return false;
  text = rest.substr(2, size);
  rest.remove_prefix(2 + size);
  return true;
}

/// Two keys of one: to seal with, to make nonces with.
Links::Key key_for(const Links::Key& key, unsigned char use) {
  Links::Key out;
  crypto_generichash(out.data(), out.size(), &use, 1, key.data(), key.size());
  return out;
}

bool is_web_address(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) && text.size() <= kLinkTargetMax &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
}

/// `&amp;` in an attribute of HTML is `&` in the address.
std::string without_entities(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; (at = out.find("&amp;", at)) != std::string::npos; ++at) out.replace(at, 5, "&");
  return out;
}

}  // namespace

std::optional<LinkUse> parse_link_use(std::string_view text) {
  if (text == "off") return LinkUse::none;
  if (text == "unsubscribe") return LinkUse::unsubscribe;
  if (text == "all") return LinkUse::all;
  return std::nullopt;
}

Result<Links> Links::open(env::Files& files, const std::string& path, std::string base) {
  CHECK_OR_DIE(sodium_init() >= 0, "libsodium starts");
  const Result<bool> there = files.exists(path);
  if (!there) return tl::unexpected(there.error());
  Key key;
  if (*there) {
    const auto text = read_whole_file(files, path);
    if (!text) return tl::unexpected(text.error());
    std::size_t size = 0;
    const bool is_hex = sodium_hex2bin(key.data(), key.size(), text->data(), text->size(), "\n", &size, nullptr) == 0;
    if (!is_hex || size != key.size())
      return fail(ErrorCode::corrupt, "`" + path +
                                          "` is not the key of links: bring it back from a backup, or remove "
                                          "it, and links sent before lead nowhere");
    return Links(key, std::move(base));
  }
  randombytes_buf(key.data(), key.size());
  std::string text(key.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), key.data(), key.size());
  text.back() = '\n';
  const mode_t before = umask(077);
  const auto written = env::write_whole_file(files, path, text);
  umask(before);
  if (!written) return tl::unexpected(written.error());
  return Links(key, std::move(base));
}

std::string Links::address(const Link& link) const {
  std::string plain(1, static_cast<char>(link.kind));
  for (const std::uint64_t half : {link.key.high, link.key.low}) {
    for (int shift = 0; shift < 64; shift += 8) plain += static_cast<char>(half >> shift);
  }
  for (const std::string* text : {&link.channel, &link.customer, &link.playbook, &link.message, &link.target})
    put_text(plain, *text);
  const Key naming = key_for(key_, 1), sealing = key_for(key_, 2);
  std::string sealed(kOverhead + plain.size(), '\0');
  unsigned char* const out = bytes_of(sealed);
  out[0] = kVersion;
  crypto_generichash(out + 1, kNonceBytes, bytes_of(plain), plain.size(), naming.data(), naming.size());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + kNonceBytes, nullptr, bytes_of(plain), plain.size(), out, 1,
                                             nullptr, out + 1, sealing.data());
  std::string token(sodium_base64_encoded_len(sealed.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(token.data(), token.size(), out, sealed.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  token.pop_back();  // the zero behind it
  return base_ + "/" + static_cast<char>(link.kind) + "/" + token;
}

std::optional<Link> Links::read(std::string_view token) const {
  if (token.size() > kLinkTokenMax) return std::nullopt;
  std::string sealed(token.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes_of(sealed), sealed.size(), token.data(), token.size(), nullptr, &size, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != token.data() + token.size() || size < kOverhead || bytes_of(sealed)[0] != kVersion)
    return std::nullopt;
  sealed.resize(size);
  const Key sealing = key_for(key_, 2);
  std::string plain(size - kOverhead, '\0');
  const unsigned char* const in = bytes_of(std::as_const(sealed));
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, in + 1 + kNonceBytes,
                                                 size - 1 - kNonceBytes, in, 1, in + 1, sealing.data()) != 0)
    return std::nullopt;
  std::string_view rest = plain;
  if (rest.size() < 17) return std::nullopt;
  Link link;
  link.kind = static_cast<LinkKind>(rest[0]);
  for (std::size_t i = 0; i < 8; ++i) {
    link.key.high |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest[1 + i])) << (8 * i);
    link.key.low |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest[9 + i])) << (8 * i);
  }
  rest.remove_prefix(17);
  for (std::string* text : {&link.channel, &link.customer, &link.playbook, &link.message, &link.target}) {
    if (!take_text(rest, *text)) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  return link;
}

Result<std::string> link_base(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  const auto is_at = [&](std::string_view start) {
    return text.starts_with(start) &&
           (text.size() == start.size() || text[start.size()] == ':' || text[start.size()] == '/');
  };
  const bool here = is_at("http://127.0.0.1") || is_at("http://localhost");
  if (!is_web_address(text) || (!text.starts_with("https://") && !here) || text.find_first_of("?#<>\"") != text.npos)
    return fail(ErrorCode::invalid,
                "it is the address by which people reach this server, like `https://u.example.com`");
  return std::string(text);
}

void add_links(Message& message, const Links& links, const LinkStyle& style) {
  if (style.use == LinkUse::none) return;
  const auto made = [&](LinkKind kind, std::string target) {
    return links.address(
        {kind, message.key, message.channel, message.customer, message.playbook, message.message, std::move(target)});
  };
  if (style.use == LinkUse::all) {
    for (Item& item : message.items) {
      if (!item.field.empty()) continue;
      if (item.kind == "link" && is_web_address(item.text)) item.text = made(LinkKind::click, item.text);
      if (!style.html || (item.kind != "body" && item.kind != "text")) continue;
      constexpr std::string_view kHref = "href=\"";
      for (std::size_t at = 0; (at = item.text.find(kHref, at)) != std::string::npos;) {
        at += kHref.size();
        const std::size_t end = item.text.find('"', at);
        if (end == std::string::npos) break;
        const std::string target = without_entities(std::string_view(item.text).substr(at, end - at));
        std::size_t size = end - at;
        if (is_web_address(target)) {
          const std::string address = made(LinkKind::click, target);
          item.text.replace(at, size, address);
          size = address.size();
        }
        at += size;
      }
    }
    if (style.html) message.items.push_back({"open", made(LinkKind::open, {}), {}});
  }
  const auto own = [](const Item& item) { return item.kind == "unsubscribe"; };
  if (style.unsubscribes && message.marketing && std::none_of(message.items.begin(), message.items.end(), own))
    message.items.push_back({"unsubscribe", made(LinkKind::unsubscribe, {}), {}});
}

}  // namespace tend::channel
