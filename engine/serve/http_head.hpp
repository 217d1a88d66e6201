// What a request's header says: which call it is, what it may bring, who it comes from; and refusing by it alone. Only
// http.cpp and its like include this: Beast stays there.
#pragma once
#include <boost/beast/http.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/channel/links.hpp"
#include "engine/serve/keys.hpp"
#include "engine/serve/order.hpp"
#include "engine/serve/read_body.hpp"

namespace tend::serve {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using Request = http::request<http::string_body>;

struct Answer {
  http::status status = http::status::ok;
  std::string body;
  std::string type = "application/json";
  const char* allow = nullptr;      // of 405
  unsigned come_again_seconds = 0;  // Retry-After
  std::string did = {};             // for the audit log: whom and what, behind the path
  std::string location = {};        // of a redirection
};

Answer refusal(http::status status, std::string_view sentence, std::optional<std::size_t> item = std::nullopt);
/// What the engine's thread told.
Answer answer_of(Result<std::string> told);

inline std::string_view as_view(beast::string_view text) { return {text.data(), text.size()}; }
/// The target without its query.
std::string_view path_of(const Request& request);

enum class What { calls, program, order, look, health, metrics, figures, letters, receipts, channels, import, link };

struct Place {
  What what = What::calls;
  bool posts = true;
  Route route = Route::track;          // calls; of CloudEvents their mode is in the header
  OrderKind order = OrderKind::pause;  // order
  std::optional<Scope> scope = {};     // a key must have it; none: whoever comes
  std::string_view channel = {};       // receipts; points into the path
  channel::LinkKind link = {};         // link: of which kind its address says it is
  std::string_view token = {};         // link: what is sealed; points into the path
};
std::optional<Place> place_at(std::string_view path);

/// The mode in which a CloudEvent comes.
Route cloud_route(const Request& request);
/// The attributes in `ce-` headers. Errors: none for a `%` that is none.
std::optional<CloudAttributes> cloud_attributes(const Request& request);

/// What can be said from the header alone; none when the body is wanted. Shape: `own_names_only` refuses a host with a
/// name of its own.
std::optional<Answer> refuse_by_header(const Request& request, bool own_names_only);

/// `Content-Encoding`.
enum class Encoding { none, packed, unknown };
Encoding encoding_of(const Request& request);

/// The key in `Authorization`: the user of Basic (a write key, as Segment's clients send it) or the token of Bearer.
/// Empty where there is none; none where what is there cannot be read.
std::optional<std::string> key_in(const Request& request);

}  // namespace tend::serve
