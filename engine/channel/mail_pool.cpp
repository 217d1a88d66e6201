// One mail transaction by libcurl, and the threads that make them.
#include "engine/channel/mail_pool.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace tend::channel {
namespace {

constexpr std::size_t kTextBytesMax = 1'000;
constexpr std::size_t kCodesMax = 32;
constexpr std::size_t kLastBytes = 2;
constexpr long kConnectMsMax = 30'000;
constexpr long kIdleSeconds = 30;  // servers close connections that nobody uses; older ones are not tried

bool can_stand_in_brackets(const std::string& address) {
  return std::none_of(address.begin(), address.end(),
                      [](unsigned char c) { return c <= 0x20 || c == 0x7F || c == '<' || c == '>'; });
}

/// What libcurl's callbacks see of one transaction.
struct Upload {
  std::string_view left;
  std::function<bool()> before_end;
  bool ended = false;                                     // libcurl has the last bytes: it may send the last dot
  bool refused = false;                                   // by before_end: it never gets them
  std::map<std::string, std::string, std::less<>> lines;  // the last of each code; libcurl may go on after a refusal
};

std::size_t read_upload(char* out, std::size_t size, std::size_t count, void* self) {
  auto& upload = *static_cast<Upload*>(self);
  // The last bytes go alone: once libcurl has them it sends the last dot without asking again.
  const bool is_last = upload.left.size() <= kLastBytes;
  const std::size_t take = std::min(size * count, is_last ? upload.left.size() : upload.left.size() - kLastBytes);
  if (is_last && !upload.ended) {
    upload.refused = upload.before_end && !upload.before_end();
    if (upload.refused) return CURL_READFUNC_ABORT;
    upload.ended = true;
  }
  std::memcpy(out, upload.left.data(), take);
  upload.left.remove_prefix(take);
  return take;
}

std::size_t take_line(char* data, std::size_t size, std::size_t count, void* self) {
  std::string line(data, std::min(size * count, kTextBytesMax));
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.pop_back();
  std::string code = line.substr(0, 3);
  auto& lines = static_cast<Upload*>(self)->lines;
  if (lines.size() < kCodesMax || lines.contains(code)) lines.insert_or_assign(std::move(code), std::move(line));
  return size * count;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

}  // namespace

/// A thread's handle, and the connection that it keeps.
class MailPool::Mailer {
 public:
  explicit Mailer(MailPool& pool) : pool_(pool), curl_(pool.library_), easy_(curl_.easy_init()) {}
  ~Mailer() {
    // libcurl says good-bye to the server, and would wait for an answer.
    {
      const std::lock_guard lock(pool_.mutex_);
      for (const int socket : mine_) ::shutdown(socket, SHUT_RDWR);
    }
    curl_.easy_cleanup(easy_);
  }
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;
  MailAnswer send(const MailRequest& request);

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    curl_.easy_setopt(easy_, option, value);
  }
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);

  MailPool& pool_;
  const CurlLibrary& curl_;
  CURL* easy_;
  std::set<int> mine_;  // under the pool's mutex
};

curl_socket_t MailPool::Mailer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& mailer = *static_cast<Mailer*>(self);
  const std::lock_guard lock(mailer.pool_.mutex_);
  if (mailer.pool_.abandoned_) return CURL_SOCKET_BAD;
  const int opened = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened < 0) return CURL_SOCKET_BAD;
  mailer.mine_.insert(opened);
  mailer.pool_.sockets_.insert(opened);
  return opened;
}

int MailPool::Mailer::close_socket(void* self, curl_socket_t socket) {
  auto& mailer = *static_cast<Mailer*>(self);
  const std::lock_guard lock(mailer.pool_.mutex_);
  mailer.mine_.erase(socket);
  mailer.pool_.sockets_.erase(socket);
  return ::close(socket);
}

MailAnswer MailPool::Mailer::send(const MailRequest& request) {
  MailAnswer answer;
  answer.reached = Reached::no;
  if (!can_stand_in_brackets(request.from) || !can_stand_in_brackets(request.to) || request.to.empty()) {
    answer.error = "an address cannot be empty and has no blanks, `<`, `>` or line ends";
    return answer;
  }
  Upload upload{.left = request.data};
  if (pool_.before_end_) upload.before_end = [&] { return pool_.before_end_(request.key); };
  char error[CURL_ERROR_SIZE] = {};
  const long timeout_ms = std::max<long>(static_cast<long>(request.timeout.count()), 1);
  curl_.easy_reset(easy_);  // connections stay
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, timeout_ms);
  set(CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, kConnectMsMax));
  set(CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout_ms / 1000 + 1);
  set(CURLOPT_MAXAGE_CONN, kIdleSeconds);
  set(CURLOPT_MAXCONNECTS, 1L);
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
  set(CURLOPT_CLOSESOCKETDATA, this);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_USE_SSL, static_cast<long>(request.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!request.ca_file.empty()) set(CURLOPT_CAINFO, request.ca_file.c_str());
  if (!request.user.empty()) {
    set(CURLOPT_USERNAME, request.user.c_str());
    set(CURLOPT_PASSWORD, request.password.c_str());
  }
  const std::string from = "<" + request.from + ">", to = "<" + request.to + ">";
  curl_slist* recipients = curl_.slist_append(nullptr, to.c_str());
  set(CURLOPT_MAIL_FROM, from.c_str());
  set(CURLOPT_MAIL_RCPT, recipients);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.data.size()));
  set(CURLOPT_READFUNCTION, &read_upload);
  set(CURLOPT_READDATA, &upload);
  set(CURLOPT_HEADERFUNCTION, &take_line);
  set(CURLOPT_HEADERDATA, &upload);
  set(CURLOPT_WRITEFUNCTION, &drop);
  const CURLcode code = curl_.easy_perform(easy_);
  curl_.slist_free_all(recipients);

  long said = 0;
  curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &said);
  answer.code = static_cast<int>(said);
  const auto line = upload.lines.find(std::to_string(answer.code));
  if (line != upload.lines.end()) answer.text = line->second;
  answer.reached = Reached::yes;
  if (code == CURLE_OK) return answer;
  answer.error = error[0] != '\0' ? error : curl_.easy_strerror(code);
  if (upload.refused) answer.error = "it cannot be kept that this mail goes out";
  if (answer.code >= 400) return answer;  // it was the server that ended it
  // Without the last dot there is no mail; after it, the server may have taken it.
  answer.reached = upload.ended ? Reached::maybe : Reached::no;
  return answer;
}

MailPool::~MailPool() {
  abandon();
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void MailPool::send(MailRequest request, std::function<void(MailAnswer)> done) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back({std::move(request), std::move(done)});
  if (idle_ < jobs_.size() && threads_.size() < kThreadsMax) threads_.emplace_back([this] { work(); });
  wake_.notify_one();
}

void MailPool::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void MailPool::work() {
  Mailer mailer(*this);
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return over_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) break;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    const bool abandoned = abandoned_;
    lock.unlock();
    if (abandoned) {
      job.done({.reached = Reached::no, .error = "tend is being stopped"});
    } else {
      job.done(mailer.send(job.request));
    }
    lock.lock();
  }
  lock.unlock();
}

}  // namespace tend::channel
