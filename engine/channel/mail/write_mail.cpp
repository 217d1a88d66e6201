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

/// An address that can stand between `<` and `>` in a header.
bool can_stand(std::string_view address) {
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

std::string body_of(const Message& message, bool html) {
  std::string body;
  for (const Item& item : message.items) {
    const bool is_text = item.kind == "body" || item.kind == "text";
    const bool is_link = item.kind == "link" || item.kind == "unsubscribe";
    if ((!is_text && !is_link && item.kind != "image") || !item.field.empty()) continue;
    if (!body.empty()) body += html ? "\n" : "\n\n";
    if (is_text || !html) {
      body += item.text;
    } else if (is_link) {
      body += "<p><a href=\"" + escaped_html(item.text) + "\">" + escaped_html(item.text) + "</a></p>";
    } else {
      body += "<p><img src=\"" + escaped_html(item.text) + "\" alt=\"\"></p>";
    }
  }
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
  set_body(mail, style.html ? "text/html" : "text/plain", body_of(message, style.html));
  return mail;
}

}  // namespace tend::channel
