// A mail as bytes: headers, a text in UTF-8, lines of no more than 998 bytes that end with CR LF.
// Source: RFC 5322, RFC 2045 (encodings), RFC 2047 (words in headers).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/env/moment.hpp"

namespace tend::channel {

/// In their order; values are encoded and folded already.
using MailHeaders = std::vector<std::pair<std::string, std::string>>;

struct Mail {
  MailHeaders headers;
  std::string body;
};

/// `Tea House <tea@example.com>` or the address alone.
struct Mailbox {
  std::string name;
  std::string address;
};
/// Errors: none for what has no `@`, or line ends, or brackets that do not fit.
std::optional<Mailbox> read_mailbox(std::string_view text);
/// True for an address that can stand in an envelope and a header: one `@` with something on both sides, no blanks,
/// brackets, commas, quotes or control characters, at most 254 bytes.
bool is_address(std::string_view text);

/// A text for a header: as it is where it is ASCII, as RFC 2047's words where it is not. Line ends have become blanks.
std::string header_text(std::string_view text);
std::string header_mailbox(const Mailbox& mailbox);
/// `Mon, 05 Jan 2026 10:00:00 +0000`
std::string header_date(env::Moment moment);

/// A text as a body, with the headers that say how it is written. `type`: `text/plain` or `text/html`.
void set_body(Mail& mail, std::string_view type, std::string_view text);

/// All of it, as it goes over the wire.
std::string mail_bytes(const Mail& mail);

std::string quoted_printable(std::string_view text);

}  // namespace tend::channel
