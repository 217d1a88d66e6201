// What a script may fetch: the hosts that its channel names, and nothing of this machine or of private networks unless
// the channel allows that too.
#pragma once
#include <nlohmann/json.hpp>

#include "engine/channel/remote.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

struct Gate {
  std::vector<std::string> hosts;  // `api.example.com`, with another port than the scheme's `api.example.com:8443`
  bool allow_private = false;      // and plain `http://`
  std::string ca_file;
};

/// `hosts` as a channel's table has it: names parted by blanks or commas.
/// Errors: `invalid` for what is no name of a host, and for none.
Result<std::vector<std::string>> read_hosts(std::string_view text);

/// A script's `http{method=,url=,headers=,body=,timeout=}` as the request that is made. The address is read in the
/// strictest way, so that nobody after this can read it in another: no user, no other scheme, no brackets.
/// Errors: `invalid` with why; what the script asked for is not repeated.
Result<HttpRequest> read_request(const nlohmann::json& asked, const Gate& gate);

/// What the script is told: `answer`, or `error` and whether it may have been sent.
nlohmann::json told_of(const HttpAnswer& answer);

}  // namespace tend::channel
