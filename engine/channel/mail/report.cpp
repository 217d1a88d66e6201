// Reading reports: the parts of a mail, the fields in them, the key of the message that they are about.
#include "engine/channel/mail/report.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "engine/channel/mail/smtp_codes.hpp"
#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

constexpr std::size_t kPartsMax = 20;
constexpr std::size_t kRecipientsMax = 100;
constexpr std::size_t kFieldsMax = 500;
constexpr std::size_t kKeyDigits = 32;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  while (!text.empty() && kBlanks.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kBlanks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

/// Takes the first line off, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

using Fields = std::multimap<std::string, std::string>;  // names in lower case; values unfolded

/// Takes fields off up to and with the empty line behind them.
Fields take_fields(std::string_view& text) {
  Fields fields;
  auto last = fields.end();
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if ((line.front() == ' ' || line.front() == '\t') && last != fields.end()) {
      last->second.append(" ").append(trimmed(line));
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || fields.size() >= kFieldsMax) continue;
    last = fields.emplace(lower(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1))));
  }
  return fields;
}

std::string first_of(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

/// A parameter of a Content-Type: `boundary`, `report-type`.
std::string parameter(std::string_view value, std::string_view name) {
  const std::string plain = lower(value);
  for (std::size_t at = plain.find(';'); at != std::string::npos; at = plain.find(';', at + 1)) {
    std::size_t start = at + 1;
    while (start < plain.size() && (plain[start] == ' ' || plain[start] == '\t')) ++start;
    if (plain.compare(start, name.size(), name) != 0 || plain.size() <= start + name.size()) continue;
    if (plain[start + name.size()] != '=') continue;
    std::string_view rest = value.substr(start + name.size() + 1);
    if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
    return std::string(trimmed(rest.substr(0, rest.find(';'))));
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string decoded(std::string_view encoding, std::string_view text) {
  if (encoding == "base64") {
    std::string letters;
    for (const char c : text) {
      if (std::isspace(static_cast<unsigned char>(c)) == 0) letters += c;
    }
    return from_base64(letters).value_or("");
  }
  if (encoding != "quoted-printable") return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else if (text.substr(i + 1, 1) == "\n") {
      i += 1;
    } else if (i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

struct Part {
  std::string type;
  std::string body;
};

std::vector<Part> parts_of(std::string_view body, const std::string& boundary) {
  std::vector<Part> parts;
  const std::string line_of = "--" + boundary;
  std::vector<std::string_view> pieces;
  const char* start = nullptr;
  while (!body.empty() && pieces.size() <= kPartsMax) {
    const char* line_start = body.data();
    const std::string_view line = take_line(body);
    if (!line.starts_with(line_of)) continue;
    const std::string_view rest = trimmed(line.substr(line_of.size()));
    if (!rest.empty() && rest != "--") continue;
    if (start != nullptr) pieces.emplace_back(start, static_cast<std::size_t>(line_start - start));
    start = body.data();
    if (rest == "--") {
      start = nullptr;
      break;
    }
  }
  // A report that was cut still has its last part.
  if (start != nullptr && !body.empty()) pieces.push_back(body);
  for (std::string_view piece : pieces) {
    const Fields fields = take_fields(piece);
    const std::string type = first_of(fields, "content-type");
    parts.push_back({lower(trimmed(type.substr(0, type.find(';')))),
                     decoded(lower(first_of(fields, "content-transfer-encoding")), piece)});
  }
  return parts;
}

bool is_key(std::string_view text) {
  return text.size() == kKeyDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// `+KEY@` of an address.
std::string key_in_address(std::string_view text) {
  for (std::size_t at = text.find('+'); at != std::string_view::npos; at = text.find('+', at + 1)) {
    const std::string key = lower(text.substr(at + 1, kKeyDigits));
    if (is_key(key) && text.substr(at + 1 + kKeyDigits, 1) == "@") return key;
  }
  return {};
}

/// `<KEY@…>`
std::string key_in_id(std::string_view text) {
  const std::size_t open = text.find('<');
  if (open == std::string_view::npos) return {};
  const std::string key = lower(text.substr(open + 1, kKeyDigits));
  return is_key(key) && text.substr(open + 1 + kKeyDigits, 1) == "@" ? key : std::string();
}

std::string key_of(const Fields& outer, const std::vector<Part>& parts) {
  for (const char* name : {"to", "delivered-to", "x-original-to", "envelope-to"}) {
    for (auto [at, end] = outer.equal_range(name); at != end; ++at) {
      if (std::string key = key_in_address(at->second); !key.empty()) return key;
    }
  }
  for (const Part& part : parts) {
    if (part.type != "message/rfc822" && part.type != "text/rfc822-headers" && part.type != "message/rfc822-headers") {
      continue;
    }
    std::string_view text = part.body;
    if (std::string key = key_in_id(first_of(take_fields(text), "message-id")); !key.empty()) return key;
  }
  return {};
}

std::optional<Receipt> of_recipient(const Fields& fields) {
  const std::string action = lower(first_of(fields, "action"));
  const std::string status = enhanced_status("000 " + first_of(fields, "status"));
  Receipt receipt;
  if (action == "delivered") {
    receipt.kind = ReceiptKind::delivered;
  } else if (action == "failed") {
    receipt.kind = ReceiptKind::failed;
    receipt.reason = status.empty() ? "returned" : "returned, " + status;
    receipt.suppress = is_no_mailbox(status);
    receipt.soft = is_soft(status);
    receipt.policy = is_policy(status);
  } else {
    return std::nullopt;  // delayed, relayed, expanded: not the end of it
  }
  return receipt;
}

std::vector<Receipt> of_delivery(const std::string& body) {
  std::vector<Receipt> receipts;
  std::string_view text = body;
  take_fields(text);  // of the message as a whole
  while (!text.empty() && receipts.size() < kRecipientsMax) {
    const Fields fields = take_fields(text);
    if (fields.empty()) continue;
    if (auto receipt = of_recipient(fields)) receipts.push_back(std::move(*receipt));
  }
  return receipts;
}

std::vector<Receipt> of_feedback(const std::string& body) {
  std::string_view text = body;
  const Fields fields = take_fields(text);
  const std::string type = lower(first_of(fields, "feedback-type"));
  Receipt receipt;
  if (type == "abuse" || type == "fraud" || type == "virus" || type == "other") {
    receipt.kind = ReceiptKind::complained;
  } else if (type == "opt-out" || type == "opt-out-list") {
    receipt.kind = ReceiptKind::unsubscribed;
  } else {
    return {};  // `not-spam`, and what is not known
  }
  receipt.reason = "feedback: " + type;
  receipt.suppress = true;
  return {receipt};
}

}  // namespace

std::vector<Receipt> read_report(std::string_view mail) {
  std::string_view rest = mail.substr(0, kReportBytesMax);
  const Fields outer = take_fields(rest);
  const std::string type = first_of(outer, "content-type");
  const std::string boundary = parameter(type, "boundary");
  if (!lower(type).starts_with("multipart/report") || boundary.empty()) return {};
  const std::vector<Part> parts = parts_of(rest, boundary);
  std::vector<Receipt> receipts;
  for (const Part& part : parts) {
    if (part.type == "message/delivery-status") receipts = of_delivery(part.body);
    if (part.type == "message/feedback-report") receipts = of_feedback(part.body);
  }
  const std::string key = key_of(outer, parts);
  if (key.empty()) return {};
  for (Receipt& receipt : receipts) receipt.key = key;
  return receipts;
}

}  // namespace tend::channel
