// Sockets and timers of libcurl's multi interface.
#include "engine/channel/curl_multi.hpp"

#include <chrono>

#include "dsl/text/must.hpp"

namespace tend::channel {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr long kIdleConnections = 64;

}  // namespace

/// A socket of libcurl's that is watched; libcurl opens and closes it.
struct CurlMulti::Watched {
  Watched(boost::asio::io_context& context, curl_socket_t s) : descriptor(context, s), socket(s) {}
  Descriptor descriptor;
  curl_socket_t socket;
  int wanted = 0;  // CURL_POLL_*
  bool reading = false, writing = false, gone = false;
};

CurlMulti::CurlMulti(const CurlLibrary& library, boost::asio::io_context& context)
    : library_(library), context_(context), multi_(library.multi_init()), timer_(context) {
  CHECK_OR_DIE(multi_ != nullptr, "libcurl gives a multi handle");
  library_.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  library_.multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  library_.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  library_.multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  library_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

CurlMulti::~CurlMulti() {
  library_.multi_cleanup(multi_);
  for (auto& [socket, watched] : watched_) watched->descriptor.release();
}

void CurlMulti::add(Transfer& transfer) {
  transfers_.insert(&transfer);
  library_.easy_setopt(transfer.easy, CURLOPT_PRIVATE, &transfer);
  if (library_.multi_add_handle(multi_, transfer.easy) == CURLM_OK) return;
  transfer.ended = true;
  transfer.code = CURLE_FAILED_INIT;
}

void CurlMulti::remove(Transfer& transfer) {
  if (transfers_.erase(&transfer) > 0) library_.multi_remove_handle(multi_, transfer.easy);
}

void CurlMulti::abandon() {
  for (Transfer* transfer : transfers_) {
    transfer->abandoned = !transfer->ended;
    transfer->ended = true;
    transfer->over.cancel();
  }
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& multi = *static_cast<CurlMulti*>(self);
  const auto found = multi.watched_.find(socket);
  if (what == CURL_POLL_REMOVE) {
    if (found == multi.watched_.end()) return 0;
    found->second->gone = true;
    found->second->descriptor.release();  // libcurl closes it, or keeps it for the next transfer
    multi.watched_.erase(found);
    return 0;
  }
  if (found == multi.watched_.end()) {
    const auto watched = std::make_shared<Watched>(multi.context_, socket);
    watched->wanted = what;
    multi.watched_.emplace(socket, watched);
    multi.watch(watched);
  } else {
    found->second->wanted = what;
    multi.watch(found->second);
  }
  return 0;
}

void CurlMulti::watch(const std::shared_ptr<Watched>& watched) {
  if ((watched->wanted & CURL_POLL_IN) != 0) wait_for(watched, false);
  if ((watched->wanted & CURL_POLL_OUT) != 0) wait_for(watched, true);
}

void CurlMulti::wait_for(const std::shared_ptr<Watched>& watched, bool for_writing) {
  bool& is_waiting = for_writing ? watched->writing : watched->reading;
  if (is_waiting) return;
  is_waiting = true;
  watched->descriptor.async_wait(
      for_writing ? Descriptor::wait_write : Descriptor::wait_read,
      [this, watched, for_writing](const boost::system::error_code& error) {
        (for_writing ? watched->writing : watched->reading) = false;
        if (watched->gone || error == boost::asio::error::operation_aborted) return;
        // It may want only the other direction by now.
        if ((watched->wanted & (for_writing ? CURL_POLL_OUT : CURL_POLL_IN)) == 0) return;
        act(watched->socket, error ? CURL_CSELECT_ERR : for_writing ? CURL_CSELECT_OUT : CURL_CSELECT_IN);
        if (!watched->gone) watch(watched);
      });
}

int CurlMulti::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& multi = *static_cast<CurlMulti*>(self);
  multi.timer_.cancel();
  if (timeout_ms < 0) return 0;
  multi.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  multi.timer_.async_wait([&multi](const boost::system::error_code& error) {
    if (!error) multi.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlMulti::act(curl_socket_t socket, int events) {
  int running = 0;
  library_.multi_socket_action(multi_, socket, events, &running);
  collect();
}

void CurlMulti::collect() {
  int left = 0;
  while (CURLMsg* message = library_.multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    library_.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    if (transfer->ended) continue;
    transfer->code = message->data.result;
    transfer->ended = true;
    transfer->over.cancel();
  }
}

}  // namespace tend::channel
