// The seam between the dispatcher and a platform over the network: messages go out, outcomes, receipts and what people
// write come back. An adapter here knows one platform's words and codes; when it is asked, how often, and what a
// message's fate means for its journey is the dispatcher's business.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/env/moment.hpp"
#include "engine/state/input.hpp"

namespace tend::channel {

/// What an adapter does when it has to wait for the network. All of them run on the dispatcher's one thread.
template <typename T>
using Task = boost::asio::awaitable<T>;

struct Item {
  std::string kind;  // as run::RenderedItem
  std::string text;
  std::string field;  // of a value handed to a template: its name
};

/// A message on its way. It owns what it says, for it may have to wait.
struct Message {
  state::SendKey key;  // for life the same
  env::Moment at = 0;  // when it was decided
  std::string customer;
  std::string playbook;
  std::string message;  // its name
  std::string channel;
  bool marketing = true;
  std::string to;     // the customer's address here: the attribute that the channel's `to` names
  std::string staff;  // who it goes through: the attribute that the channel's `staff` names; may be empty
  std::vector<Item> items;
  unsigned attempt = 0;  // from 0
};

/// Whose fault a refusal is, or whom a limit is about.
enum class Scope : std::uint8_t {
  recipient,  // this address
  request,    // what was said, or how
  account,    // our account, its credentials, its balance: nobody gets anything until somebody acts
  domain,     // the recipient's mail server, an endpoint
};

/// Source: what each code of a platform is read as stands beside it in the adapter.
enum class Fate : std::uint8_t {
  accepted,
  duplicate,  // it has it already, by our key
  rejected,   // for good, by `scope`
  deferred,   // not taken, and the platform's state is as if it had never been asked; again at `until`
  throttled,  // as deferred, because of a limit of `scope`; all within that limit wait until `until`
  unknown,    // it may have been taken: RemoteCapabilities::unknown says what then
};

struct Outcome {
  Fate fate = Fate::accepted;
  Scope scope = Scope::recipient;
  std::string reason;                  // the platform's code and a few words; no personal data
  std::string provider_id;             // accepted: by which the platform's receipts name it
  env::Moment until = env::kNoMoment;  // deferred, throttled: kNoMoment leaves it to the dispatcher's table
  bool suppress = false;               // rejected, recipient: never write to this address again
  bool soft = false;                   // deferred or rejected: this time; many times it is never
};

enum class ReceiptKind : std::uint8_t { delivered, failed, opened, clicked, unsubscribed, complained, confirmed };

/// What became of a message after it was accepted. It is found by `key` where the platform gives it back, else by
/// `provider_id`, else by `to`.
struct Receipt {
  ReceiptKind kind = ReceiptKind::delivered;
  std::string key;  // 32 hex digits
  std::string provider_id;
  std::string to;
  env::Moment at = env::kNoMoment;  // kNoMoment: when it came
  std::string reason;
  bool suppress = false;
  bool soft = false;    // failed: this time; many times it is never
  bool policy = false;  // failed: because of us, not of him
  /// Of an address of ours that he followed (links.hpp): whom and what it is about, so that nothing has to be looked
  /// up.
  std::string customer = {}, playbook = {}, message = {};
  std::string target = {};  // where it leads: two of one message are two
};

/// Something that a person did or the platform tells of him: an event of the workspace, where it declares one of this
/// name.
struct Inbound {
  std::string event;  // `reply`, `added`, …
  std::string from;   // his address here
  std::string id;     // the same when it is told again; empty: cannot be told apart
  env::Moment at = env::kNoMoment;
  std::map<std::string, std::string> fields;  // `text`, …
};

struct CallbackRequest {
  std::string method;
  std::string url;                             // as it was called: scheme, host, path and query
  std::string query;                           // without `?`
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// What is answered, and what it said. Answered only when receipts and inbound are durable.
struct Callback {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<Receipt> receipts;
  std::vector<Inbound> inbound;
};

/// What an adapter found where nobody asked it for one message: a mailbox of bounces, what another program said.
struct News {
  std::vector<Receipt> receipts;
  std::vector<Inbound> inbound;
};

/// How far a request came.
enum class Reached : std::uint8_t {
  no,     // it was not sent: no connection, no name
  maybe,  // it was sent, wholly or not, and no answer came
  yes,    // an answer came
};

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{15'000};
  std::size_t answer_bytes_max = 1u << 20;
  bool public_only = false;  // addresses of this machine and of private networks are not called
  std::string ca_file;       // certificates that are trusted instead of the system's; empty: the system's
};

struct HttpAnswer {
  Reached reached = Reached::yes;
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string error;  // where no answer came: why
};

struct MailRequest {
  state::SendKey key;  // of the message: what Host::mail names before the mail's end goes out
  std::string url;     // smtp://HOST:PORT, smtps://HOST:PORT
  bool require_tls = true;
  std::string user;
  std::string password;
  std::string from;  // of the envelope
  std::string to;
  std::string data;  // CRLF lines
  std::string ca_file;
  std::chrono::milliseconds timeout{60'000};
};

struct MailAnswer {
  Reached reached = Reached::yes;  // maybe: after the last dot
  int code = 0;
  std::string text;  // the server's line
  std::string error;
};

/// What an adapter may touch of the world. Errors are answers; nothing throws.
class Host {
 public:
  virtual ~Host() = default;
  virtual Task<HttpAnswer> fetch(HttpRequest request) = 0;
  virtual Task<MailAnswer> mail(MailRequest request) = 0;
  virtual Task<void> sleep(std::chrono::milliseconds time) = 0;
  virtual env::Moment now() = 0;
  virtual std::string random_hex(std::size_t bytes) = 0;
};

/// What to do with a message of which nobody knows whether it was taken.
enum class Unknown : std::uint8_t {
  ask,    // reconcile() asks the platform; where that cannot say either: as `once`
  once,   // it counts as sent, and says so
  again,  // it is sent again with the same key: the platform tells duplicates apart
};

struct RemoteCapabilities {
  std::size_t batch_max = 1;    // most messages of one submit
  std::size_t concurrency = 8;  // most submits at a time
  Unknown unknown = Unknown::once;
  bool commits = false;                   // before the point of no return RemoteEvents::on_commit is asked
  bool polls = false;                     // receipts are asked for with poll()
  bool needs_person = false;              // a person confirms each send; `confirmed` is its receipt
  std::chrono::milliseconds deadline{0};  // of a message from `at`; 0: none
  std::string duplicates;  // for people: the field by which the platform tells duplicates apart; empty: none
};

class MirrorPlace;

/// How an adapter keeps its platform in step with customers.
struct MirrorHealth {
  bool mirrors = false;
  std::uint64_t told = 0;     // tags and transfers that the platform has taken, since the start
  std::uint64_t refused = 0;  // for good
  std::size_t waiting = 0;
  std::string last_error;  // no personal data
  env::Moment last_error_at = env::kNoMoment;
  env::Moment until = env::kNoMoment;  // it leaves the platform in peace
};

/// One account on one platform. Thread: the dispatcher's; several tasks of it take turns at their co_awaits.
class Remote {
 public:
  virtual ~Remote() = default;
  virtual RemoteCapabilities capabilities() const = 0;
  /// Shape: at most batch_max messages; one outcome each, in their order.
  virtual Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) = 0;
  /// Asks the platform what became of a message whose outcome is unknown. `deferred`: it never came, send it.
  virtual Task<Outcome> reconcile(const Message& message, Host& host);
  /// Asks what became of an accepted one. `again`: when to ask next, kNoMoment when there is no more to come.
  virtual Task<std::vector<Receipt>> poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                          Host& host);
  /// Looks where news come without being asked for. `again`: when to look next; kNoMoment: never (what an adapter
  /// without such a place answers). What was given out is given out again until gathered() was called for it.
  virtual Task<News> gather(env::Moment& again, Host& host);
  /// What the last gather() gave out is durable.
  virtual void gathered() {}
  /// Who knows the customers that it keeps its platform in step with, before the first gather(); an adapter that does
  /// not takes no notice. Lifetime: `place` outlives it.
  virtual void mirror(MirrorPlace& /*place*/, const std::string& /*channel*/) {}
  /// Thread: any.
  virtual MirrorHealth mirror_health() const { return {}; }
  /// tend is being stopped: what its tasks wait for besides the host comes back now.
  virtual void close() {}
  /// The platform calls us. Errors are statuses: a signature that does not fit is 401 and brings nothing.
  /// Requires: nothing; all of it is hostile.
  virtual Callback on_callback(const CallbackRequest& request, env::Moment now);
  /// The same for an adapter that has to ask somebody what the call says. By itself it is on_callback().
  virtual Task<Callback> called(CallbackRequest request, Host& host);
};

}  // namespace tend::channel
