// HTTP requests by libcurl, and how far each of them came.
#include "engine/channel/host.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/channel/address.hpp"
#include "engine/channel/curl_multi.hpp"
#include "engine/channel/mail_pool.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kHeaderBytesMax = 64u << 10;
constexpr long kConnectMsMax = 10'000;
constexpr long kIdleSeconds = 30;  // servers close connections that nobody uses; older ones are not tried

/// One transfer's state. It stands in the coroutine that waits for it.
struct Call {
  Call(std::shared_ptr<CurlMulti> m, asio::io_context& context) : multi(std::move(m)), transfer(context) {
    transfer.easy = curl().easy_init();
  }
  ~Call() {
    multi->remove(transfer);
    curl().easy_cleanup(transfer.easy);
    curl().slist_free_all(headers);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  const CurlLibrary& curl() const { return multi->library(); }
  template <typename T>
  void set(CURLoption option, T value) {
    curl().easy_setopt(transfer.easy, option, value);
  }
  long info(CURLINFO what) const {
    long value = 0;
    curl().easy_getinfo(transfer.easy, what, &value);
    return value;
  }

  std::shared_ptr<CurlMulti> multi;
  Transfer transfer;
  curl_slist* headers = nullptr;
  char error[CURL_ERROR_SIZE] = {};

  std::string_view upload;  // what is left of it
  bool upload_ended = false;

  std::map<std::string, std::string> answer_headers;
  std::size_t answer_header_bytes = 0;
  std::string answer;
  std::size_t answer_bytes_max = 0;
  bool too_long = false;

  bool public_only = false;
  bool refused_address = false;
};

std::size_t read_upload(char* out, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<Call*>(self);
  const std::size_t take = std::min(size * count, call.upload.size());
  std::memcpy(out, call.upload.data(), take);
  call.upload.remove_prefix(take);
  if (take == 0) call.upload_ended = true;
  return take;
}

/// libcurl sends a request again on its own when a kept connection breaks before an answer. What has been sent may have
/// been received, so it must not: a body that cannot be read a second time forbids it.
int refuse_to_rewind(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<Call*>(self);
  if (call.answer.size() + size * count > call.answer_bytes_max) {
    call.too_long = true;
    return 0;
  }
  call.answer.append(data, size * count);
  return size * count;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::strchr(" \t\r\n", text.front()) != nullptr) text.remove_prefix(1);
  while (!text.empty() && std::strchr(" \t\r\n", text.back()) != nullptr) text.remove_suffix(1);
  return text;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<Call*>(self);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {  // what came before was about the way, as `100 Continue`
    call.answer_headers.clear();
    call.answer_header_bytes = 0;
  }
  call.answer_header_bytes += line.size();
  if (call.answer_header_bytes > kHeaderBytesMax) {
    call.too_long = true;
    return 0;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name(trimmed(line.substr(0, colon)));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  call.answer_headers.insert_or_assign(std::move(name), std::string(trimmed(line.substr(colon + 1))));
  return size * count;
}

curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& call = *static_cast<Call*>(self);
  if (call.public_only && !is_public(&address->addr)) {
    call.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// A connection that is used again was opened by another request, which may have been allowed to go anywhere.
int before_request(void* self, char* primary_ip, char*, int, int) {
  auto& call = *static_cast<Call*>(self);
  if (!call.public_only || is_public(primary_ip)) return CURL_PREREQFUNC_OK;
  call.refused_address = true;
  return CURL_PREREQFUNC_ABORT;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

void set_common(Call& call, const std::string& url, const std::string& ca_file, std::chrono::milliseconds timeout) {
  const long timeout_ms = std::max<long>(static_cast<long>(timeout.count()), 1);
  call.set(CURLOPT_URL, url.c_str());
  call.set(CURLOPT_ERRORBUFFER, call.error);
  call.set(CURLOPT_NOSIGNAL, 1L);
  call.set(CURLOPT_TIMEOUT_MS, timeout_ms);
  call.set(CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, kConnectMsMax));
  call.set(CURLOPT_MAXAGE_CONN, kIdleSeconds);
  call.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  call.set(CURLOPT_OPENSOCKETDATA, &call);
  call.set(CURLOPT_PREREQFUNCTION, &before_request);
  call.set(CURLOPT_PREREQDATA, &call);
  call.set(CURLOPT_READFUNCTION, &read_upload);
  call.set(CURLOPT_READDATA, &call);
  call.set(CURLOPT_SEEKFUNCTION, &refuse_to_rewind);
  call.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) call.set(CURLOPT_CAINFO, ca_file.c_str());
}

class CurlHost final : public NetworkHost {
 public:
  CurlHost(const CurlLibrary& library, asio::io_context& context, env::Clock& clock)
      : context_(context), clock_(clock), multi_(std::make_shared<CurlMulti>(library, context)), mails_(library) {}

  Task<HttpAnswer> fetch(HttpRequest request) override;
  Task<MailAnswer> mail(MailRequest request) override;
  Task<void> sleep(std::chrono::milliseconds time) override;
  env::Moment now() override { return clock_.now(); }
  std::string random_hex(std::size_t bytes) override;

  void before_end_of_mail(std::function<bool(state::SendKey)> asked) override { mails_.before_end(std::move(asked)); }

  void abandon() override {
    abandoned_ = true;
    multi_->abandon();
    mails_.abandon();
    for (asio::steady_timer* timer : sleeping_) timer->cancel();
  }

 private:
  Task<void> run(Call& call);
  std::string why(const Call& call) const;

  asio::io_context& context_;
  env::Clock& clock_;
  std::shared_ptr<CurlMulti> multi_;
  std::set<asio::steady_timer*> sleeping_;
  MailPool mails_;
  bool abandoned_ = false;
};

Task<void> CurlHost::run(Call& call) {
  if (abandoned_) {
    call.transfer.abandoned = true;
    co_return;
  }
  call.multi->add(call.transfer);
  while (!call.transfer.ended) {
    boost::system::error_code cancelled;
    co_await call.transfer.over.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

std::string CurlHost::why(const Call& call) const {
  if (call.transfer.abandoned) return "tend is being stopped";
  if (call.refused_address) return "the address is one of this machine or of a private network";
  if (call.too_long) return "the answer is too long";
  return call.error[0] != '\0' ? call.error : multi_->library().easy_strerror(call.transfer.code);
}

Task<HttpAnswer> CurlHost::fetch(HttpRequest request) {
  Call call(multi_, context_);
  const auto refuse = [](std::string error) { return HttpAnswer{.reached = Reached::no, .error = std::move(error)}; };
  for (const auto& [name, value] : request.headers) {
    if (has_control(name) || has_control(value)) co_return refuse("a header has a control character");
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    call.headers = call.curl().slist_append(call.headers, line.c_str());
  }
  if (has_control(request.method) || has_control(request.url)) co_return refuse("the address has a control character");
  set_common(call, request.url, request.ca_file, request.timeout);
  call.set(CURLOPT_PROTOCOLS_STR, "http,https");
  call.set(CURLOPT_FOLLOWLOCATION, 0L);
  call.public_only = request.public_only;
  if (request.public_only) call.set(CURLOPT_PROXY, "");  // what a proxy connects to could not be checked
  call.answer_bytes_max = request.answer_bytes_max;
  call.set(CURLOPT_ACCEPT_ENCODING, "");
  call.set(CURLOPT_WRITEFUNCTION, &take_body);
  call.set(CURLOPT_WRITEDATA, &call);
  call.set(CURLOPT_HEADERFUNCTION, &take_header);
  call.set(CURLOPT_HEADERDATA, &call);
  if (request.body.empty() && (request.method == "GET" || request.method == "DELETE")) {
    call.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else {
    call.upload = request.body;
    call.set(CURLOPT_POST, 1L);
    call.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    if (request.method != "POST") call.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    call.headers = call.curl().slist_append(call.headers, "Expect:");
  }
  call.set(CURLOPT_HTTPHEADER, call.headers);
  co_await run(call);

  HttpAnswer answer;
  if (!call.transfer.abandoned && call.transfer.code == CURLE_OK) {
    answer.status = static_cast<int>(call.info(CURLINFO_RESPONSE_CODE));
    answer.headers = std::move(call.answer_headers);
    answer.body = std::move(call.answer);
    co_return answer;
  }
  answer.error = why(call);
  answer.status = static_cast<int>(call.info(CURLINFO_RESPONSE_CODE));
  // libcurl notes this time just before it sends the first byte.
  curl_off_t sent_at = 0;
  call.curl().easy_getinfo(call.transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &sent_at);
  answer.reached = sent_at == 0 || call.refused_address ? Reached::no : Reached::maybe;
  co_return answer;
}

Task<MailAnswer> CurlHost::mail(MailRequest request) {
  // Shared with the pool's thread, which may be done when nobody waits any more.
  struct Waiting {
    explicit Waiting(asio::io_context& context) : over(context, asio::steady_timer::time_point::max()) {}
    asio::steady_timer over;
    std::optional<MailAnswer> answer;
  };
  const auto waiting = std::make_shared<Waiting>(context_);
  mails_.send(std::move(request), [&context = context_, waiting](MailAnswer answer) mutable {
    asio::post(context, [waiting = std::move(waiting), answer = std::move(answer)]() mutable {
      waiting->answer = std::move(answer);
      waiting->over.cancel();
    });
  });
  while (!waiting->answer) {
    boost::system::error_code cancelled;
    co_await waiting->over.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  co_return std::move(*waiting->answer);
}

Task<void> CurlHost::sleep(std::chrono::milliseconds time) {
  if (abandoned_) co_return;
  asio::steady_timer timer(context_, time);
  struct Noted {
    std::set<asio::steady_timer*>& all;
    asio::steady_timer* timer;
    ~Noted() { all.erase(timer); }
  };
  sleeping_.insert(&timer);
  const Noted noted{sleeping_, &timer};
  boost::system::error_code cancelled;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

std::string CurlHost::random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0'), hex(2 * bytes + 1, '\0');
  randombytes_buf(raw.data(), raw.size());
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size());
  hex.pop_back();
  return hex;
}

}  // namespace

Result<std::unique_ptr<NetworkHost>> make_host(asio::io_context& context, env::Clock& clock) {
  const auto library = curl_library();
  if (!library) return tl::unexpected(library.error());
  if (sodium_init() < 0) return fail(ErrorCode::io, "this machine gives no random numbers");
  return std::make_unique<CurlHost>(**library, context, clock);
}

}  // namespace tend::channel
