// One app of one WeCom corp: its token, its calls and their limits, and the welcome codes that its callbacks brought.
// Channels of the same app share it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/channel/backoff.hpp"
#include "engine/channel/platform/answers.hpp"
#include "engine/channel/platform/token.hpp"

namespace tend::channel {

/// What an API answered. `body` is there where the call was taken; else `outcome` says why it was not.
struct WecomAnswer {
  std::optional<Json> body;
  std::string code;  // errcode; empty where there was none
  Outcome outcome;
};

/// What a code of WeCom is read as, where it stands within an answer.
Outcome wecom_outcome(std::string_view code, env::Moment now);

/// Thread: the dispatcher's.
class WecomAccount {
 public:
  WecomAccount(std::string base, std::string corp, std::string secret);
  /// The account with this app; the same for every channel of it.
  /// Thread: safe.
  static std::shared_ptr<WecomAccount> of(const std::string& base, const std::string& corp, const std::string& secret);

  /// Posts to an API below /cgi-bin/, with the token; once more with a new one where the platform does not take it.
  Task<WecomAnswer> call(std::string api, Json body, Host& host);

  /// Until when the platform is left in peace, because calls of whichever channel came to nothing; kNoMoment: it
  /// answers. Whoever has a breaker of his own need not ask.
  env::Moment trouble_until(env::Moment now) const;

  /// Names transfers for who asks what became of them, so that what the platform tells of one is the same news. Empty:
  /// no more. Shape: empty for one that is not his.
  using NameTransfer = std::function<std::string(const std::string& customer, const std::string& staff)>;
  void name_transfers(const void* who, NameTransfer name);
  std::string transfer_named(const std::string& customer, const std::string& staff) const;

  /// A customer may be welcomed by this member until `until`.
  void put_welcome(const std::string& customer, const std::string& staff, std::string code, env::Moment until,
                   env::Moment now);
  /// The code for it; empty where there is none any more. `staff` empty: of any member.
  std::string welcome_of(const std::string& customer, const std::string& staff, env::Moment now) const;

 private:
  struct Block {
    env::Moment until = 0;
    unsigned times = 0;
  };
  struct Welcome {
    std::string staff;
    std::string code;
    env::Moment until;
  };
  Task<TokenAnswer> fetch_token(Host& host);
  Task<WecomAnswer> call_with(const std::string& token, const std::string& api, const Json& body, Host& host);
  env::Moment block(const std::string& api, env::Moment now);

  std::string base_, corp_, secret_;
  Token token_;
  std::map<std::string, Block> blocks_;  // by API
  Breaker breaker_;
  std::map<const void*, NameTransfer> transfers_;
  std::multimap<std::string, Welcome> welcomes_;
};

}  // namespace tend::channel
