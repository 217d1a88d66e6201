// A message as a mail: which line of it goes where.
#include "engine/channel/mail/smtp.hpp"
#include "engine/channel/platform/items.hpp"

namespace tend::channel {
namespace {

std::string filled(std::string text, const std::string& key) {
  constexpr std::string_view kKey = "{key}";
  for (std::size_t at = text.find(kKey); at != std::string::npos; at = text.find(kKey, at + key.size())) {
    text.replace(at, kKey.size(), key);
  }
  return text;
}

constexpr std::size_t kHeaderAddressMax = 900;  // a line has at most 998 bytes, and an address cannot be folded

/// An address that can stand between `<` and `>` in a header.
bool can_stand(std::string_view address) {
  if (address.size() > kHeaderAddressMax) return false;
  for (const char c : address) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '<' || c == '>' || (c & 0x80) != 0) return false;
  }
  return !address.empty();
}

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

/// A line of a message as a part of the body; empty where it stands elsewhere.
std::string part_of(const Item& item, bool html) {
  if (!item.field.empty()) return {};
  if (item.kind == "body" || item.kind == "text") return item.text;
  if (item.kind == "link")
    return html ? "<p><a href=\"" + escaped_html(item.text) + "\">" + escaped_html(item.text) + "</a></p>" : item.text;
  if (item.kind == "image") return html ? "<p><img src=\"" + escaped_html(item.text) + "\" alt=\"\"></p>" : item.text;
  return {};
}

std::string unsubscribing(const MailStyle& style, std::string_view url) {
  if (!style.html) return style.unsubscribe_text + ": " + std::string(url);
  return "<p><a href=\"" + escaped_html(url) + "\">" + escaped_html(style.unsubscribe_text) + "</a></p>";
}

std::string body_of(const MailStyle& style, const Message& message) {
  std::string body;
  const auto add = [&](const std::string& part) {
    if (!body.empty() && !part.empty()) body += style.html ? "\n" : "\n\n";
    body += part;
  };
  for (const Item& item : message.items) add(part_of(item, style.html));
  if (const std::string_view url = text_of(message, "unsubscribe"); !url.empty()) add(unsubscribing(style, url));
  if (message.marketing)
    add(style.html && !style.footer.empty() ? "<p>" + escaped_html(style.footer) + "</p>" : style.footer);
  if (const std::string_view url = text_of(message, "open"); !url.empty() && style.html)
    add("<img src=\"" + escaped_html(url) + "\" width=\"1\" height=\"1\" alt=\"\">");
  return body;
}

Result<void> add_unsubscribing(Mail& mail, const MailStyle& style, const Message& message, const std::string& key) {
  std::string url(text_of(message, "unsubscribe"));
  if (url.empty() && message.marketing) url = filled(style.unsubscribe_url, key);
  const std::string mailto = message.marketing ? filled(style.unsubscribe_mailto, key) : std::string();
  if (url.empty() && mailto.empty()) return {};
  if ((!url.empty() && !can_stand(url)) || (!mailto.empty() && !can_stand(mailto))) {
    return fail(ErrorCode::invalid, "the address of unsubscribing cannot stand in a header");
  }
  std::string list = url.empty() ? "" : "<" + url + ">";
  if (!mailto.empty()) list += (list.empty() ? "" : ",\r\n ") + ("<mailto:" + mailto + ">");
  mail.headers.emplace_back("List-Unsubscribe", list);
  // One click is a POST to an address of https.
  if (url.starts_with("https://")) mail.headers.emplace_back("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  return {};
}

}  // namespace

std::string with_key(const std::string& address, const std::string& key) {
  const std::size_t at = address.rfind('@');
  return address.substr(0, at) + "+" + key + address.substr(at);
}

Result<Mail> write_mail(const MailStyle& style, const Message& message) {
  if (!is_address(message.to)) return fail(ErrorCode::invalid, "the customer's address is none");
  const std::string key = state::format_key(message.key);
  Mail mail;
  mail.headers = {{"From", header_mailbox(style.from)},
                  {"To", message.to},
                  {"Subject", header_text(text_of(message, "subject"))},
                  {"Date", header_date(message.at)},
                  {"Message-ID", "<" + key + style.from.address.substr(style.from.address.rfind('@')) + ">"}};
  if (!style.reply_to.empty()) mail.headers.emplace_back("Reply-To", style.reply_to);
  if (auto added = add_unsubscribing(mail, style, message, key); !added) return tl::unexpected(added.error());
  set_body(mail, style.html ? "text/html" : "text/plain", body_of(style, message));
  return mail;
}

}  // namespace tend::channel
