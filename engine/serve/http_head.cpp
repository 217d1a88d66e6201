// Nothing here has read a body yet.
#include "engine/serve/http_head.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/detail/base64.hpp>

#include "engine/serve/answers.hpp"
#include "engine/serve/import.hpp"
#include "engine/serve/look_target.hpp"

namespace tend::serve {
namespace {

constexpr std::size_t kAuthorizationBytesMax = 4096;

bool same(std::string_view a, std::string_view b) { return beast::iequals({a.data(), a.size()}, {b.data(), b.size()}); }

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// A page in a browser may be led to this port under a name of its own: only names of this machine are answered.
bool is_own_name(std::string_view host) {
  if (host.empty()) return false;
  if (host.front() == '[') {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    host = host.substr(1, end - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (same(host, "localhost")) return true;
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(host), error);
  return !error;
}

std::string_view media_type(const Request& request) {
  const std::string_view type = as_view(request[http::field::content_type]);
  return trim(type.substr(0, type.find(';')));
}

/// Is the media type's `charset` UTF-8, or not said?
bool is_utf8(const Request& request) {
  const std::string_view type = as_view(request[http::field::content_type]);
  const std::size_t semicolon = type.find(';');
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim(type.substr(semicolon + 1));
  const std::size_t equals = parameter.find('=');
  if (!same(parameter.substr(0, equals), "charset")) return true;
  return equals != std::string_view::npos &&
         (same(parameter.substr(equals + 1), "utf-8") || same(parameter.substr(equals + 1), "\"utf-8\""));
}

std::optional<Route> route_of(std::string_view path) {
  struct Known {
    std::string_view path;
    Route route;
  };
  static constexpr Known kKnown[] = {{"/v1/track", Route::track}, {"/v1/identify", Route::identify},
                                     {"/v1/batch", Route::batch}, {"/v1/alias", Route::alias},
                                     {"/v1/page", Route::page},   {"/v1/screen", Route::screen},
                                     {"/v1/group", Route::group}, {"/v1/events", Route::cloud_binary}};
  for (const Known& known : kKnown) {
    if (path == known.path) return known.route;
  }
  return std::nullopt;
}

bool is_cloud_media(std::string_view type) {
  return same(type, "application/cloudevents+json") || same(type, "application/cloudevents-batch+json");
}

/// Empty: it is one that this place takes.
std::string_view wrong_media(const Request& request, const Place& place) {
  const std::string_view type = media_type(request);
  if (place.what == What::program)
    return type == "application/octet-stream" ? "" : "a program comes as `Content-Type: application/octet-stream`";
  if (place.what == What::import)
    return type == "application/octet-stream" ? "" : "an import comes as `Content-Type: application/octet-stream`";
  if (place.what == What::calls && place.route == Route::cloud_binary) {
    if ((is_cloud_media(type) || same(type, "application/json")) && is_utf8(request)) return "";
    return "the body must come as `Content-Type: application/cloudevents+json`, `application/cloudevents-batch+json` "
           "or, with `ce-` headers, `application/json` in UTF-8";
  }
  if (same(type, "application/json") && is_utf8(request)) return "";
  // RudderStack's client names compressed JSON a form. A page of somebody else's cannot send this header unasked.
  if (place.what == What::calls && !request[http::field::authorization].empty()) return "";
  return "the body must come as `Content-Type: application/json` in UTF-8";
}

}  // namespace

Answer refusal(http::status status, std::string_view sentence, std::optional<std::size_t> item) {
  Answer answer;
  answer.status = status;
  answer.body = error_json(sentence, item);
  if (status == http::status::service_unavailable || status == http::status::too_many_requests)
    answer.come_again_seconds = 1;
  return answer;
}

Answer answer_of(Result<std::string> told) {
  if (!told) {
    const ErrorCode code = told.error().code;
    return refusal(code == ErrorCode::not_found ? http::status::not_found
                   : code == ErrorCode::invalid ? http::status::conflict
                                                : http::status::service_unavailable,
                   told.error().message);
  }
  Answer answer;
  answer.body = std::move(*told);
  return answer;
}

std::string_view path_of(const Request& request) {
  const std::string_view target = as_view(request.target());
  return target.substr(0, target.find('?'));
}

std::optional<Place> place_at(std::string_view path) {
  if (const auto route = route_of(path)) return Place{.what = What::calls, .route = *route, .scope = Scope::ingest};
  if (const auto order = order_at(path)) {
    const Scope scope = *order == OrderKind::forget ? Scope::admin : Scope::operate;
    return Place{.what = What::order, .order = *order, .scope = scope};
  }
  if (path == "/v1/plan") return Place{.what = What::program, .scope = Scope::operate};
  if (path == "/v1/apply") return Place{.what = What::program, .scope = Scope::admin};
  if (path == kImportPath) return Place{.what = What::import, .scope = Scope::operate};
  if (path == "/v1/deadletters/retry") return Place{.what = What::letters, .scope = Scope::operate};
  if (path == "/healthz") return Place{.what = What::health, .posts = false};
  if (path == "/metrics") return Place{.what = What::metrics, .posts = false, .scope = Scope::read};
  if (path == "/v1/channels") return Place{.what = What::channels, .posts = false, .scope = Scope::read};
  if (path == "/v1/figures") return Place{.what = What::figures, .posts = false, .scope = Scope::read};
  static constexpr std::string_view kReceipts = "/v1/receipts/";
  if (path.starts_with(kReceipts) && path.size() > kReceipts.size())
    return Place{.what = What::receipts, .channel = path.substr(kReceipts.size())};
  if (path.size() > 3 && path[2] == '/') {
    for (const channel::LinkKind kind :
         {channel::LinkKind::unsubscribe, channel::LinkKind::click, channel::LinkKind::open}) {
      if (path[0] == '/' && path[1] == static_cast<char>(kind))
        return Place{.what = What::link, .posts = false, .link = kind, .token = path.substr(3)};
    }
  }
  if (is_look_path(path)) return Place{.what = What::look, .posts = false, .scope = Scope::read};
  return std::nullopt;
}

Route cloud_route(const Request& request) {
  const std::string_view type = media_type(request);
  if (same(type, "application/cloudevents+json")) return Route::cloud_event;
  if (same(type, "application/cloudevents-batch+json")) return Route::cloud_batch;
  return Route::cloud_binary;
}

std::optional<CloudAttributes> cloud_attributes(const Request& request) {
  CloudAttributes cloud;
  struct Known {
    const char* header;
    std::string CloudAttributes::*attribute;
  };
  static constexpr Known kKnown[] = {
      {"ce-specversion", &CloudAttributes::specversion}, {"ce-id", &CloudAttributes::id},
      {"ce-source", &CloudAttributes::source},           {"ce-type", &CloudAttributes::type},
      {"ce-subject", &CloudAttributes::subject},         {"ce-time", &CloudAttributes::time}};
  for (const Known& known : kKnown) {
    auto value = percent_decoded(as_view(request[known.header]), false);
    if (!value) return std::nullopt;
    cloud.*known.attribute = std::move(*value);
  }
  return cloud;
}

Encoding encoding_of(const Request& request) {
  const std::string_view encoding = trim(as_view(request[http::field::content_encoding]));
  if (encoding.empty() || same(encoding, "identity")) return Encoding::none;
  if (same(encoding, "gzip") || same(encoding, "deflate") || same(encoding, "x-gzip")) return Encoding::packed;
  return Encoding::unknown;
}

std::optional<Answer> refuse_by_header(const Request& request, bool own_names_only) {
  const auto place = place_at(path_of(request));
  // People come by the name that is in their messages, and post what their mail program posts.
  if (place && place->what == What::link) {
    const bool posts = place->link == channel::LinkKind::unsubscribe;
    if (request.method() == http::verb::get || (posts && request.method() == http::verb::post)) return std::nullopt;
    Answer answer =
        refusal(http::status::method_not_allowed, posts ? "this path takes GET and POST" : "this path takes GET");
    answer.allow = posts ? "GET, POST" : "GET";
    return answer;
  }
  // Platforms call under whatever name they were given; what they say is signed.
  const bool by_platform = place && place->what == What::receipts;
  if (own_names_only && !by_platform && !is_own_name(as_view(request[http::field::host]))) {
    return refusal(http::status::misdirected_request, "this server is `localhost` or an IP address, nothing else");
  }
  if (by_platform) {
    const bool known = request.method() == http::verb::get || request.method() == http::verb::post;
    if (known && encoding_of(request) == Encoding::none) return std::nullopt;
    if (known) return refusal(http::status::unsupported_media_type, "receipts come as they are, not compressed");
    Answer answer = refusal(http::status::method_not_allowed, "platforms call by GET and POST");
    answer.allow = "GET, POST";
    return answer;
  }
  if (!place) return refusal(http::status::not_found, "there is nothing at this path");
  const bool looks = request.method() == http::verb::get || request.method() == http::verb::head;
  if (place->posts ? request.method() != http::verb::post : !looks) {
    Answer answer =
        refusal(http::status::method_not_allowed, place->posts ? "this path takes POST" : "this path takes GET");
    answer.allow = place->posts ? "POST" : "GET, HEAD";
    return answer;
  }
  if (!place->posts) return std::nullopt;
  if (const std::string_view wrong = wrong_media(request, *place); !wrong.empty())
    return refusal(http::status::unsupported_media_type, wrong);
  const Encoding encoding = encoding_of(request);
  if (encoding == Encoding::unknown || (encoding == Encoding::packed && place->what != What::calls))
    return refusal(http::status::unsupported_media_type,
                   "a body may be compressed by `gzip` or `deflate`, calls alone");
  return std::nullopt;
}

std::optional<std::string> key_in(const Request& request) {
  const std::string_view header = trim(as_view(request[http::field::authorization]));
  if (header.empty()) return std::string();
  if (header.size() > kAuthorizationBytesMax) return std::nullopt;
  const std::size_t blank = header.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = header.substr(0, blank), rest = trim(header.substr(blank));
  if (same(scheme, "bearer")) return std::string(rest);
  if (!same(scheme, "basic")) return std::nullopt;
  namespace base64 = beast::detail::base64;
  std::string pair(base64::decoded_size(rest.size()), '\0');
  const auto [written, read] = base64::decode(pair.data(), rest.data(), rest.size());
  if (rest.substr(read).find_first_not_of('=') != std::string_view::npos) return std::nullopt;
  pair.resize(written);
  return pair.substr(0, pair.find(':'));
}

}  // namespace tend::serve
