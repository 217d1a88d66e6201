// Encoding headers and bodies.
#include "engine/channel/mail/mime.hpp"

#include <algorithm>
#include <cstdio>

#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

constexpr std::size_t kAddressBytesMax = 254;
constexpr std::size_t kWordBytesMax = 39;   // 52 letters of base64, so a word stays under 75
constexpr std::size_t kLineMax = 76;        // of an encoded body
constexpr std::size_t kPlainLineMax = 200;  // of one that goes as it is

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// CR, LF and CR LF are line ends; so they all become CR LF.
std::string with_line_ends(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\r' || text[i] == '\n') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string all = base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += kLineMax) out.append(all, at, kLineMax).append("\r\n");
  return out;
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0, start = 0;
  for (std::size_t end = text.find("\r\n"); end != std::string_view::npos; end = text.find("\r\n", start)) {
    longest = std::max(longest, end - start);
    start = end + 2;
  }
  return longest;
}

}  // namespace

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > kAddressBytesMax) return false;
  if (text.find('@', at + 1) != std::string_view::npos) return false;
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= 0x20 || c == 0x7F || c == '<' || c == '>' || c == '(' || c == ')' || c == ',' || c == ';' || c == '"' ||
           c == '\\' || c == '[' || c == ']' || c == ':';
  });
}

std::optional<Mailbox> read_mailbox(std::string_view text) {
  Mailbox out;
  text = trimmed(text);
  if (text.ends_with('>')) {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return std::nullopt;
    out.name = trimmed(text.substr(0, open));
    text = text.substr(open + 1, text.size() - open - 2);
    if (out.name.size() >= 2 && out.name.front() == '"' && out.name.back() == '"') {
      out.name = out.name.substr(1, out.name.size() - 2);
    }
  }
  out.address = text;
  if (!is_address(out.address) || out.name.find_first_of("\r\n<>") != std::string::npos) return std::nullopt;
  return out;
}

std::string header_text(std::string_view text) {
  std::string one_line(trimmed(text));
  std::replace_if(one_line.begin(), one_line.end(), is_space, ' ');
  // What looks like an encoded word would be read as one.
  if (is_plain(one_line) && one_line.size() <= kPlainLineMax && one_line.find("=?") == std::string::npos) {
    return one_line;
  }
  std::string out;
  for (std::size_t at = 0; at < one_line.size();) {
    std::size_t end = std::min(at + kWordBytesMax, one_line.size());
    // A character stays whole.
    while (end < one_line.size() && end > at + 1 && (one_line[end] & 0xC0) == 0x80) --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + base64(std::string_view(one_line).substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string header_mailbox(const Mailbox& mailbox) {
  if (mailbox.name.empty()) return mailbox.address;
  std::string name = header_text(mailbox.name);
  if (is_plain(mailbox.name) && !name.starts_with("=?")) {
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    name = quoted + "\"";
  }
  return name + " <" + mailbox.address + ">";
}

std::string header_date(env::Moment moment) {
  constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::int64_t day = moment / env::kDay, of_day = moment % env::kDay;
  if (of_day < 0) {
    of_day += env::kDay;
    --day;
  }
  const auto date = static_cast<env::Date>(day);
  const env::Civil civil = env::civil(date);
  char out[64];
  std::snprintf(out, sizeof(out), "%s, %02u %s %04d %02d:%02d:%02d +0000", kDays[env::weekday(date)], civil.day,
                kMonths[civil.month - 1], civil.year, static_cast<int>(of_day / env::kHour),
                static_cast<int>(of_day / env::kMinute % 60), static_cast<int>(of_day / env::kSecond % 60));
  return out;
}

std::string quoted_printable(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  std::size_t width = 0;
  const auto put = [&](std::string_view piece) {
    if (width + piece.size() > kLineMax - 1) {
      out += "=\r\n";
      width = 0;
    }
    out += piece;
    width += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (text.substr(i, 2) == "\r\n") {
      out += "\r\n";
      width = 0;
      ++i;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text.substr(i + 1, 2) == "\r\n";
    const bool is_safe = (c > 0x20 && c < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !ends_line);
    if (is_safe) {
      put(text.substr(i, 1));
    } else {
      const char encoded[] = {'=', kHex[c >> 4], kHex[c & 15]};
      put({encoded, 3});
    }
  }
  return out;
}

void set_body(Mail& mail, std::string_view type, std::string_view text) {
  const std::string lines = with_line_ends(text);
  std::string bare;
  for (const char c : lines) {
    if (c != '\r' && c != '\n' && c != '\t') bare += c;
  }
  const auto foreign = std::count_if(lines.begin(), lines.end(), [](char c) { return (c & 0x80) != 0; });
  std::string encoding;
  if (is_plain(bare) && longest_line(lines) <= kPlainLineMax) {
    encoding = "7bit";
    mail.body = lines;
  } else if (static_cast<std::size_t>(foreign) * 6 > lines.size()) {
    encoding = "base64";
    mail.body = base64_lines(lines);
  } else {
    encoding = "quoted-printable";
    mail.body = quoted_printable(lines);
  }
  mail.headers.emplace_back("MIME-Version", "1.0");
  mail.headers.emplace_back("Content-Type", std::string(type) + "; charset=utf-8");
  mail.headers.emplace_back("Content-Transfer-Encoding", encoding);
}

std::string mail_bytes(const Mail& mail) {
  std::string out;
  for (const auto& [name, value] : mail.headers) out.append(name).append(": ").append(value).append("\r\n");
  return out.append("\r\n").append(mail.body);
}

}  // namespace tend::channel
