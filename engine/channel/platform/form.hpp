// Addresses and forms: what is written into them and read out of them.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tend::channel {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// All but letters, digits and `-._~` as %XX.
/// Source: RFC 3986 §2.3.
std::string escaped(std::string_view text);
/// `a=1&b=2`, in the order given.
std::string form(const Pairs& pairs);
/// Names and values of a query or a form, decoded; of a name that stands twice the last counts. What is no %XX stands
/// for itself.
std::map<std::string, std::string> read_form(std::string_view text);

/// An address with one more pair in its query.
std::string with_query(std::string_view url, std::string_view name, std::string_view value);
std::string_view without_query(std::string_view url);
/// `host:port` of an address as a Host header has it, without the port that its scheme has anyway.
std::string host_of(std::string_view url);

}  // namespace tend::channel
