#include "engine/serve/look_target.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "dsl/text/utf8.hpp"
#include "engine/run/decimal.hpp"
#include "engine/run/intake.hpp"
#include "engine/serve/import.hpp"

namespace tend::serve {
namespace {

constexpr std::string_view kCustomers = "/v1/customers/";

using Parameters = std::map<std::string, std::string>;

tl::unexpected<Error> refuse(std::string sentence) { return fail(ErrorCode::invalid, std::move(sentence)); }

/// The parameters of a query. Errors: one that is not among `known`, or comes twice.
Result<Parameters> parameters_of(std::string_view query, const std::set<std::string_view>& known) {
  Parameters parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    const std::size_t equals = std::min(one.find('='), one.size());
    const auto name = percent_decoded(one.substr(0, equals), true);
    const auto value = percent_decoded(one.substr(std::min(equals + 1, one.size())), true);
    if (!name || !value) return refuse("the query is not percent-encoded UTF-8");
    if (!known.contains(*name)) return refuse("there is no parameter " + run::quoted(*name) + " here");
    if (!parameters.emplace(*name, *value).second) return refuse("`" + *name + "` comes twice");
  }
  return parameters;
}

bool read_cursor(const std::string& cursor, PageBegin& from) {
  if (cursor.empty()) return true;
  const char* const end = cursor.data() + cursor.size();
  const auto first = std::from_chars(cursor.data(), end, from.partition);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return false;
  const auto second = std::from_chars(first.ptr + 1, end, from.customer);
  return second.ec == std::errc() && second.ptr == end;
}

Result<Look> read_journeys(const Parameters& parameters) {
  JourneysAsked asked;
  for (const auto& [name, value] : parameters) {
    if (name == "playbook") asked.playbook = value;
    if (name == "cursor" && !read_cursor(value, asked.from))
      return refuse("`cursor` is what a page before gave, not " + run::quoted(value));
    if (name != "limit") continue;
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, asked.limit);
    if (read.ec != std::errc() || read.ptr != end || asked.limit < 1 || asked.limit > kPageJourneysMax)
      return refuse("`limit` is a number from 1 to " + std::to_string(kPageJourneysMax));
  }
  return Look([asked](run::Engine& engine, env::Moment) { return journeys_json(engine, asked); });
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const text::CodePoint point = text::decode(text, i);
    if (!point.valid) return false;
    i += point.length;
  }
  return true;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      unsigned byte = 0;
      if (i + 2 >= text.size()) return std::nullopt;
      const auto read = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      if (read.ec != std::errc() || read.ptr != text.data() + i + 3) return std::nullopt;
      out += static_cast<char>(byte);
      i += 2;
    }
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      for (const int shift : {4, 0}) out += "0123456789ABCDEF"[(static_cast<unsigned char>(c) >> shift) & 15];
    }
  }
  return out;
}

bool is_look_path(std::string_view path) {
  return path == kImportPlacePath || path == "/v1/playbooks" || path == "/v1/journeys" || path == "/v1/tasks" ||
         (path.starts_with(kCustomers) && path.size() > kCustomers.size());
}

Result<Look> read_look(std::string_view target, const std::vector<std::string>& channels,
                       const history::SentBook* book) {
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  std::set<std::string_view> known;
  if (path == "/v1/journeys") known = {"playbook", "cursor", "limit"};
  if (path == "/v1/tasks") known = {"person"};
  if (path.starts_with(kCustomers)) known = {"formerly"};
  auto parameters = parameters_of(query, known);
  if (!parameters) return tl::unexpected(parameters.error());
  if (path == "/v1/journeys") return read_journeys(*parameters);
  if (path == "/v1/tasks") {
    return Look([person = (*parameters)["person"]](run::Engine& engine, env::Moment now) -> Result<std::string> {
      return tasks_json(engine, person, now);
    });
  }
  if (path == kImportPlacePath) {
    return Look([](run::Engine& engine, env::Moment) -> Result<std::string> { return import_place_json(engine); });
  }
  if (path == "/v1/playbooks") {
    return Look([channels](run::Engine& engine, env::Moment now) -> Result<std::string> {
      return playbooks_json(engine, channels, now);
    });
  }
  const auto id = percent_decoded(path.substr(kCustomers.size()), false);
  if (!id) return refuse("the customer's id is not percent-encoded UTF-8");
  const auto customer = run::parse_customer_id(*id);
  if (!customer) return tl::unexpected(customer.error());
  const CustomerAsked asked{.book = book, .formerly = parameters->contains("formerly")};
  return Look([id = std::string(*customer), asked](run::Engine& engine, env::Moment now) {
    return customer_json(engine, id, now, asked);
  });
}

}  // namespace tend::serve
