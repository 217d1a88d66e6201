// The table of replies.
#include "engine/channel/mail/smtp_codes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace tend::channel {
namespace {

struct Reply {
  std::string_view code;    // `*`: any; `4*`: any that begins so
  std::string_view status;  // as `code`
  Fate fate;
  Scope scope;
  std::string_view words;
  bool suppress = false;
  bool soft = false;
};

/// The first that fits counts.
constexpr std::array<Reply, 31> kReplies = {{
    // The domain has enough of us for now.
    {"421", "*", Fate::throttled, Scope::domain, "the server asks for a pause"},
    {"450", "4.2.1", Fate::throttled, Scope::domain, "too many for the recipient's server"},
    {"452", "4.5.3", Fate::throttled, Scope::domain, "too many for the recipient's server"},
    {"454", "*", Fate::throttled, Scope::domain, "the server asks for a pause"},
    {"4*", "4.7.*", Fate::throttled, Scope::domain, "the recipient's server holds us back"},
    {"4*", "4.2.2", Fate::deferred, Scope::recipient, "the mailbox is full", false, true},
    {"4*", "*", Fate::deferred, Scope::recipient, "not now", false, true},
    // Our account at our own server.
    {"530", "*", Fate::rejected, Scope::account, "the server wants a login"},
    {"534", "*", Fate::rejected, Scope::account, "the server wants another way of login"},
    {"535", "*", Fate::rejected, Scope::account, "wrong user or password"},
    {"538", "*", Fate::rejected, Scope::account, "the server wants encryption"},
    // There is no such address.
    {"5*", "5.1.1", Fate::rejected, Scope::recipient, "no such address", true},
    {"5*", "5.1.2", Fate::rejected, Scope::recipient, "no such domain", true},
    {"5*", "5.1.3", Fate::rejected, Scope::recipient, "no address", true},
    {"5*", "5.1.6", Fate::rejected, Scope::recipient, "the address has moved", true},
    {"5*", "5.1.10", Fate::rejected, Scope::recipient, "the domain takes no mail", true},
    {"5*", "5.1.7", Fate::rejected, Scope::account, "the sender's address is refused"},
    {"5*", "5.1.8", Fate::rejected, Scope::account, "the sender's domain is refused"},
    {"5*", "5.2.1", Fate::rejected, Scope::recipient, "the mailbox is closed"},
    {"5*", "5.2.2", Fate::rejected, Scope::recipient, "the mailbox is full", false, true},
    {"5*", "5.2.3", Fate::rejected, Scope::request, "the mail is too big"},
    {"5*", "5.3.4", Fate::rejected, Scope::request, "the mail is too big"},
    // Policy, spam: the address may be fine.
    {"5*", "5.7.*", Fate::rejected, Scope::domain, "refused by policy"},
    {"5*", "5.5.*", Fate::rejected, Scope::request, "the server did not understand"},
    {"5*", "5.6.*", Fate::rejected, Scope::request, "the server does not take such content"},
    {"553", "*", Fate::rejected, Scope::recipient, "no address", true},
    {"552", "*", Fate::rejected, Scope::request, "too big"},
    {"550", "*", Fate::rejected, Scope::recipient, "refused"},
    {"554", "*", Fate::rejected, Scope::request, "refused"},
    {"50*", "*", Fate::rejected, Scope::request, "the server did not understand"},
    {"5*", "*", Fate::rejected, Scope::recipient, "refused"},
}};

bool fits(std::string_view pattern, std::string_view text) {
  if (!pattern.ends_with('*')) return pattern == text;
  return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string enhanced_status(std::string_view text) {
  if (text.size() < 4 || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2])) return {};
  text.remove_prefix(4);
  std::size_t dots = 0, end = 0;
  for (; end < text.size() && (is_digit(text[end]) || text[end] == '.'); ++end) dots += text[end] == '.';
  const std::string_view status = text.substr(0, end);
  const bool is_class = status.starts_with("2.") || status.starts_with("4.") || status.starts_with("5.");
  if (!is_class || dots != 2 || status.size() > 9 || status.ends_with('.') ||
      status.find("..") != std::string_view::npos) {
    return {};
  }
  return std::string(status);
}

bool is_no_mailbox(std::string_view status) {
  return status == "5.1.1" || status == "5.1.2" || status == "5.1.3" || status == "5.1.6" || status == "5.1.10";
}

bool is_policy(std::string_view status) { return status.starts_with("4.7.") || status.starts_with("5.7."); }

bool is_soft(std::string_view status) { return status == "5.2.2" || (status.starts_with("4.") && !is_policy(status)); }

Outcome outcome_of_reply(int code, std::string_view text) {
  Outcome out;
  if (code >= 200 && code < 300) return out;
  const std::string number = std::to_string(code), status = enhanced_status(text);
  const auto found = std::find_if(kReplies.begin(), kReplies.end(), [&](const Reply& reply) {
    return fits(reply.code, number) && (reply.status == "*" || fits(reply.status, status));
  });
  out.reason = number + (status.empty() ? "" : " " + status) + " ";
  if (found == kReplies.end()) {  // no reply of a mail server
    out.fate = Fate::deferred;
    out.scope = Scope::account;
    out.reason += "an answer that is none";
    return out;
  }
  out.fate = found->fate;
  out.scope = found->scope;
  out.suppress = found->suppress;
  out.soft = found->soft;
  out.reason += found->words;
  return out;
}

}  // namespace tend::channel
