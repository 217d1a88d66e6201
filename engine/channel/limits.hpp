// What a channel can carry and when: known of its adapter's platform, or declared in tend.toml. The compiler checks
// messages against it; nothing here is asked when something is sent.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tend::channel {

/// Zero or empty: no such limit, or not known.
struct Limits {
  std::uint32_t length = 0;           // characters of a text
  std::uint32_t variables = 0;        // values filled into one line of a message
  bool carries_private = true;        // private data may go into its messages
  bool approved_only = false;         // the platform takes only texts that it has approved
  std::vector<std::string> approved;  // their names
  bool needs_opt_out = false;         // marketing needs a line that says how to unsubscribe
  std::int32_t open_from = -1;        // hours in which marketing is taken, ms since midnight; -1: always
  std::int32_t open_to = -1;
  std::int64_t confirmation_ms = 0;  // a person must confirm each send within this time; 0: nobody has to
  bool has_window = false;           // messages outside a window that the customer opens are refused
  std::vector<std::string> items;    // lines of a message that it takes, as they are called in English
};

/// What is known of the platform that an adapter sends to. An adapter that tend does not know has no limits.
/// Source: the platforms' published rules as of 2025; `limits` in tend.toml says otherwise where an account differs.
Limits known_limits(std::string_view adapter);

}  // namespace tend::channel
