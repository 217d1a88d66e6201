// `smtp`: mail by a server of the operator's.
#pragma once
#include <array>

#include "engine/channel/kinds.hpp"
#include "engine/channel/mail/dkim.hpp"
#include "engine/channel/mail/mime.hpp"
#include "engine/history/soft_bounces.hpp"

namespace tend::channel {

inline constexpr std::array<Option, 20> kSmtpOptions = {{
    {"server", true, "the mail server, `smtp://HOST:587`, or `smtps://HOST:465`"},
    {"from", true, "who writes, `Tea House <tea@example.com>`"},
    {"reply_to", false, "where answers go, if not to `from`"},
    {"user", false, "the user to log in as"},
    {"password", false, "the user's password", true},
    {"tls", false, "`required`, or `none` for a server on this machine"},
    {"ca_file", false, "a file of certificates to trust in place of the system's"},
    {"bounce", false, "where a mail that cannot be delivered goes back to; `bounce@x` is written `bounce+KEY@x`"},
    {"bounces", false, "the maildir folder that those mails come into"},
    {"soft_bounces", false, "after how many soft bounces in a row nobody is written to any more, 0: never"},
    {"soft_bounce_days", false, "over how many days they must be spread at least"},
    {"format", false, "`text`, or `html` for bodies that are HTML"},
    {"unsubscribe_url", false, "the address of one-click unsubscribing, with `{key}` for the message's key"},
    {"unsubscribe_mailto", false, "the address that a mail unsubscribes by, with `{key}` for the message's key"},
    {"unsubscribe_text", false, "what stands before the address of unsubscribing, `Unsubscribe` where it is not said"},
    {"footer", false, "what stands below marketing, for example who writes and where he lives"},
    {"dkim_domain", false, "the domain that signs"},
    {"dkim_selector", false, "the selector of its key"},
    {"dkim_key", false, "its private RSA key, as PEM", true},
    {"timeout", false, "how many seconds the server may take for a mail"},
}};

Result<std::unique_ptr<Remote>> make_smtp(const ChannelConfig& config);

/// When a customer's soft bounces are too many. Errors: `invalid`.
Result<history::SoftLimit> read_soft_limit(const ChannelConfig& config);

/// What mails are written with.
struct MailStyle {
  Mailbox from;
  std::string reply_to;
  bool html = false;
  std::string unsubscribe_url, unsubscribe_mailto;
  std::string unsubscribe_text = "Unsubscribe";
  std::string footer;
};

/// A message as a mail. Links stand below its text, each on a line of its own, and below marketing the footer; with an
/// item of kind `unsubscribe` or an address of the style, marketing has the headers of one-click unsubscribing (RFC
/// 8058). Errors: `invalid` when an address in it cannot be.
Result<Mail> write_mail(const MailStyle& style, const Message& message);

/// `bounce+KEY@x` of `bounce@x`.
std::string with_key(const std::string& address, const std::string& key);

}  // namespace tend::channel
