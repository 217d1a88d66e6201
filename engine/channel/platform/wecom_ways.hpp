// WeCom's contact ways (渠道活码): codes by which people add members of staff, told apart by the `state` that comes
// back with whoever came by one. The platform has no key for making one, so before one is made all are looked through.
// Source: developer.work.weixin.qq.com/document/path/96348.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/channel/platform/wecom_account.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

struct ContactWay {
  static constexpr std::size_t kStateCharactersMax = 30;
  static constexpr std::size_t kRemarkCharactersMax = 30;
  static constexpr std::size_t kStaffMax = 100;

  std::string id;  // config_id
  std::string state;
  std::string remark;
  std::string qr;  // the address of the picture
  std::vector<std::string> staff;
};

/// Errors: `invalid`: a state that is none, too many or too few members, a remark that is too long.
Result<void> check_way(const ContactWay& way);

/// What became of what was asked. `problem` empty: it was done.
struct WaysAnswer {
  std::vector<ContactWay> ways;  // those that were asked for; of make(): the one
  bool made = false;             // by this call; else it was there
  bool changed = false;          // by this call
  std::string code;              // of the platform, where it refused
  std::string problem;
};

/// Thread: the host's.
class WecomWays {
 public:
  /// `settle`: after how long what the platform does not know was never taken.
  WecomWays(std::shared_ptr<WecomAccount> account, std::chrono::milliseconds settle)
      : account_(std::move(account)), settle_(settle) {}

  /// All of them, in the platform's order; with a state only those that have it. Costs a call for each that there is.
  Task<WaysAnswer> list(std::string state, Host& host);
  /// The one with this state, made where there is none: also where answers are lost there are never two. Of one that is
  /// there its members are changed with `update`, and else left as they are: then `problem` says that they are others.
  Task<WaysAnswer> make(ContactWay wanted, bool update, Host& host);
  /// Takes the one with this state away; `ways` has it. `problem` where there is none, or more than one.
  Task<WaysAnswer> remove(std::string state, Host& host);

 private:
  struct Search;
  Task<WecomAnswer> insist(std::string api, Json body, bool once, Host& host);
  Task<WaysAnswer> look(std::string state, bool first, env::Moment since, Host& host);
  Task<void> ids(Search& search, env::Moment since, Host& host);
  Task<void> details(std::shared_ptr<Search> search, Host& host);
  Task<WaysAnswer> add(ContactWay wanted, Host& host);
  Task<WaysAnswer> change(ContactWay there, ContactWay wanted, Host& host);

  std::shared_ptr<WecomAccount> account_;
  std::chrono::milliseconds settle_;
};

}  // namespace tend::channel
