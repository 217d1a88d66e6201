// Where somebody who is forgotten must not be written to afterwards.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/suppression_list.hpp"
#include "engine/run/engine.hpp"

namespace tend::serve {

/// The addresses of a customer on the channels where he is suppressed, or has taken his consent back: the first for
/// all messages, the other for promotions. `addresses`: channel::address_attributes.
std::vector<channel::SuppressedAddress> suppressed_addresses(run::Engine& engine, std::string_view customer,
                                                             const std::map<std::string, std::string>& addresses);

}  // namespace tend::serve
