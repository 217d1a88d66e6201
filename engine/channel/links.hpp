// Addresses that a message carries for one person: how he unsubscribes, and links that tell when he follows them. What
// an address is about stands in it, sealed: nobody can read, make or change one, and it stays good for as long as the
// folder's key does, whatever else of the folder is lost.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/channel/remote.hpp"
#include "engine/env/files.hpp"

namespace tend::channel {

/// The letter stands in the address: `https://u.example.com/u/…`.
enum class LinkKind : char { unsubscribe = 'u', click = 'c', open = 'o' };

struct Link {
  LinkKind kind = LinkKind::unsubscribe;
  state::SendKey key;
  std::string channel, customer, playbook, message;
  std::string target;  // click: where it leads
};

inline constexpr std::size_t kLinkTargetMax = 2000;  // longer ones stay as they are: no mail server breaks them
inline constexpr std::size_t kLinkTokenMax = 6000;

/// Which of a channel's addresses are made: the option `links`.
enum class LinkUse : std::uint8_t { none, unsubscribe, all };
/// `off`, `unsubscribe`, `all`.
std::optional<LinkUse> parse_link_use(std::string_view text);

/// What a channel's messages carry.
struct LinkStyle {
  LinkUse use = LinkUse::none;
  bool html = false;         // its bodies are HTML
  bool unsubscribes = true;  // marketing has an address of ours to unsubscribe by
};

/// Makes and reads them. Shape: a value; the key is 32 random bytes. Thread: any.
class Links {
 public:
  using Key = std::array<unsigned char, 32>;
  /// `base` is the address by which people reach this server, without `/` at its end.
  Links(const Key& key, std::string base) : key_(key), base_(std::move(base)) {}

  /// The key in `path`, made where there is none. Thread: before others run. Errors: of the disk; `corrupt` for a file
  /// that is no key.
  static Result<Links> open(env::Files& files, const std::string& path, std::string base);

  std::string address(const Link& link) const;
  /// Requires: nothing; what comes is hostile. Errors: none for what this key did not seal.
  std::optional<Link> read(std::string_view token) const;

 private:
  Key key_;
  std::string base_;
};

/// Errors: `invalid` for what is no `https://…`; `http://` only for this machine.
Result<std::string> link_base(std::string_view text);

/// Puts them into a message: where it promotes, an item `unsubscribe`; with `all`, what its links and the `href`s of an
/// HTML body lead to is led through here, and a body in HTML tells when it is opened.
void add_links(Message& message, const Links& links, const LinkStyle& style);

}  // namespace tend::channel
