// Keeps WeCom in step with customers: tags on the pair of member and customer (mark_tag), and who serves whom
// (transfer_customer). What there is to tell stands in history::MirrorBook; what stands of a customer is asked when it
// is told, so that whatever comes twice or late does no harm.
// Source: developer.work.weixin.qq.com/document/path/92117 (tags), 92125 and 94097 (transfers in service), 94081 and
// 94082 (of who has left), 90454 (limits).
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/channel/backoff.hpp"
#include "engine/channel/config.hpp"
#include "engine/channel/mirror.hpp"
#include "engine/channel/platform/wecom_account.hpp"
#include "engine/channel/rate.hpp"

namespace tend::channel {

struct WecomMirrorOptions {
  std::vector<std::string> tags;  // names, here and there
  std::string group;              // in which they are made where they are not there
  bool transfers = false;
  std::int64_t poll_ms = env::kDay;  // so long after a transfer, and so often, it is asked what became of it
  std::uint32_t per_minute = 10'000;
  std::uint32_t per_hour = 150'000;

  bool mirrors() const { return !tags.empty() || transfers; }
};
/// Errors: `invalid`: a tag that the platform does not take, a number that is none, no `staff`.
Result<WecomMirrorOptions> read_mirror_options(const ChannelConfig& config);

/// Thread: the dispatcher's, but for health().
class WecomMirror {
 public:
  WecomMirror(std::shared_ptr<WecomAccount> account, WecomMirrorOptions options);
  ~WecomMirror();
  WecomMirror(const WecomMirror&) = delete;
  WecomMirror& operator=(const WecomMirror&) = delete;

  void use(MirrorPlace& place, const std::string& channel);
  /// As Remote::gather: tells what there is to tell. News are transfers that came to nothing.
  Task<News> gather(env::Moment& again, Host& host);
  void gathered();
  void close() { closed_ = true; }
  MirrorHealth health() const;

 private:
  /// What one customer's pair is told.
  struct Mark {
    std::string staff, address;
    std::vector<history::TagTask> tasks;
    std::vector<std::string> add, remove;  // ids
  };
  struct Marks {
    std::vector<Mark> all;
    std::size_t next = 0;
    std::size_t markers = 0;
  };

  /// What became of a transfer. `status` 0: the platform knows of none.
  struct TransferResult {
    bool known = false;  // else `why`
    std::int64_t status = 0;
    Outcome why;
  };

  bool is_held_up(env::Moment now, env::Moment& again) const;
  void refused(const Outcome& outcome, std::size_t count, env::Moment now);
  void hold_up(const Outcome& outcome, env::Moment now);
  Task<std::optional<std::vector<MirroredCustomer>>> look(std::vector<std::string> customers, Host& host);
  double chance(Host& host) const;
  env::Moment next_try(std::uint32_t tries, const Backoff& backoff, const Outcome& outcome, Host& host) const;

  Task<bool> learn_tags(Host& host);
  Task<bool> make_tags(std::vector<std::string> names, Host& host);
  void read_tags(const Json& groups);
  Task<void> tell_tags(Host& host);
  std::vector<Mark> marks_of(std::vector<history::TagTask> tasks, const std::vector<std::string>& customers,
                             const std::vector<MirroredCustomer>& found, env::Moment now);
  std::string staff_of(const MirroredCustomer& customer) const;
  Task<void> mark(std::shared_ptr<Marks> marks, Host& host);
  Task<void> mark_one(Mark mark, Host& host);

  Task<void> tell_transfers(Host& host);
  Task<void> begin(history::Transfer transfer, Host& host);
  Task<TransferResult> result_of(const history::Transfer& transfer, Host& host);
  Task<void> take_result(history::Transfer transfer, TransferResult result, Host& host);
  void fail(history::Transfer transfer, const Outcome& outcome, env::Moment now);
  Task<bool> end(history::Transfer transfer, Host& host);
  std::string name_of(const std::string& address, const std::string& staff) const;

  std::shared_ptr<WecomAccount> account_;
  WecomMirrorOptions options_;
  MirrorPlace* place_ = nullptr;
  std::string channel_;
  std::atomic<bool> closed_{false};

  std::map<std::string, std::string> ids_;     // of tags, by name
  std::map<std::string, Outcome> impossible_;  // tags that cannot be made
  env::Moment learn_at_ = 0;
  TokenBucket minute_, hour_;
  std::uint64_t seen_added_ = 0;           // of the book
  env::Moment look_at_ = 0;                // for what waits for a moment
  std::vector<history::Transfer> failed_;  // in the news that were given out

  mutable std::mutex mutex_;  // for health_
  MirrorHealth health_;
};

}  // namespace tend::channel
