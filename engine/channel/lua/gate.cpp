#include "engine/channel/lua/gate.hpp"

#include <algorithm>
#include <array>

namespace tend::channel {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kUrlMax = 8u << 10;
constexpr std::size_t kHeadersMax = 50;
constexpr std::size_t kHeaderBytesMax = 8u << 10;  // of one
constexpr std::size_t kAnswerBytesMax = 256u << 10;
constexpr double kTimeoutMax = 600;
constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
/// Which host is asked and where a message ends is not the script's to say.
constexpr std::array<std::string_view, 9> kOurHeaders = {"host",       "content-length", "transfer-encoding",
                                                         "connection", "upgrade",        "te",
                                                         "trailer",    "expect",         "proxy-connection"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `name` or `name:port`, in lower case.
bool is_host(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.front() == '-') return false;
  if (!std::all_of(name.begin(), name.end(),
                   [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; }))
    return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && port.front() != '0' && std::all_of(port.begin(), port.end(), is_digit);
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-_.!#$%&'*+^`|~").find(c) != std::string_view::npos;
  });
}

/// Errors: why it may not be called; empty for none.
std::string check_url(std::string_view url, const Gate& gate) {
  if (url.size() > kUrlMax) return "the address is too long";
  const bool is_plain = url.starts_with("http://");
  if (!is_plain && !url.starts_with("https://")) return "the address does not begin with `https://`";
  if (is_plain && !gate.allow_private)
    return "the address does not begin with `https://`, and `allow_private` is not set";
  const auto is_printable = [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; };
  if (!std::all_of(url.begin(), url.end(), is_printable)) return "the address has a character that has to be escaped";
  const std::string_view rest = url.substr(is_plain ? 7 : 8);
  std::string host = lower(rest.substr(0, rest.find_first_of("/?#")));
  if (!is_host(host)) return "the address has no plain name of a host";
  const std::string_view usual = is_plain ? ":80" : ":443";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  if (std::find(gate.hosts.begin(), gate.hosts.end(), host) == gate.hosts.end())
    return "the host is none of the channel's `hosts`";
  return {};
}

/// A text member; empty where it is not there. Errors: it is something else.
bool read_text(const Json& asked, const char* name, std::string& out) {
  const auto found = asked.find(name);
  if (found == asked.end()) return true;
  if (!found->is_string()) return false;
  out = found->get<std::string>();
  return true;
}

std::string read_headers(const Json& asked, HttpRequest& request) {
  const auto headers = asked.find("headers");
  if (headers == asked.end()) return {};
  if (!headers->is_object() || headers->size() > kHeadersMax) return "`headers` is no table of a few texts";
  for (const auto& [name, value] : headers->items()) {
    if (!value.is_string() && !value.is_number()) return "a header is no text";
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (!is_header_name(name) || name.size() + text.size() > kHeaderBytesMax) return "a header has no proper name";
    if (is_one_of(lower(name), kOurHeaders)) return "the header `" + lower(name) + "` is not the script's to set";
    request.headers.emplace_back(name, std::move(text));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> read_hosts(std::string_view text) {
  std::vector<std::string> hosts;
  for (std::size_t at = text.find_first_not_of(" ,"); at != std::string_view::npos;
       at = text.find_first_not_of(" ,", at)) {
    const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
    const std::string host = lower(text.substr(at, end - at));
    if (!is_host(host))
      return fail(ErrorCode::invalid, "`hosts` cannot have `" + host + "`, it has names as `api.example.com`");
    hosts.push_back(host);
    at = end;
  }
  if (hosts.empty()) return fail(ErrorCode::invalid, "`hosts` names no host");
  return hosts;
}

Result<HttpRequest> read_request(const Json& asked, const Gate& gate) {
  HttpRequest request;
  request.method.clear();
  if (!asked.is_object() || !read_text(asked, "url", request.url) || !read_text(asked, "method", request.method) ||
      !read_text(asked, "body", request.body)) {
    return fail(ErrorCode::invalid, "`url`, `method` and `body` are texts");
  }
  if (request.method.empty()) request.method = request.body.empty() ? "GET" : "POST";
  if (!is_one_of(request.method, kMethods)) return fail(ErrorCode::invalid, "there is no such method here");
  if (const std::string why = check_url(request.url, gate); !why.empty()) return fail(ErrorCode::invalid, why);
  if (const std::string why = read_headers(asked, request); !why.empty()) return fail(ErrorCode::invalid, why);
  const auto timeout = asked.find("timeout");
  if (timeout != asked.end() && timeout->is_number()) {
    const double seconds = std::clamp(timeout->get<double>(), 0.001, kTimeoutMax);
    request.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  }
  request.answer_bytes_max = kAnswerBytesMax;
  request.public_only = !gate.allow_private;
  request.ca_file = gate.ca_file;
  return request;
}

Json told_of(const HttpAnswer& answer) {
  if (answer.reached != Reached::yes) return {{"error", answer.error}, {"sent", answer.reached == Reached::maybe}};
  return {{"answer", {{"status", answer.status}, {"headers", answer.headers}, {"body", answer.body}}}};
}

}  // namespace tend::channel
