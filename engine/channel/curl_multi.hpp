// libcurl's transfers on an io_context: which sockets it watches and when it wants to be woken.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>

#include "engine/channel/curl_library.hpp"

namespace tend::channel {

/// A transfer that is under way. Its owner waits on `over`, which is cancelled when it has ended.
struct Transfer {
  explicit Transfer(boost::asio::io_context& context) : over(context, boost::asio::steady_timer::time_point::max()) {}
  CURL* easy = nullptr;
  bool ended = false;
  bool abandoned = false;
  CURLcode code = CURLE_OK;
  boost::asio::steady_timer over;
};

/// Thread: the context's. Held by a shared_ptr: transfers of a context that is being destroyed still need it.
class CurlMulti {
 public:
  CurlMulti(const CurlLibrary& library, boost::asio::io_context& context);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Starts it. Requires: `easy` is set up; the transfer lives until remove().
  void add(Transfer& transfer);
  /// Takes it out, ended or not.
  void remove(Transfer& transfer);
  void abandon();
  const CurlLibrary& library() const { return library_; }

 private:
  struct Watched;
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void watch(const std::shared_ptr<Watched>& watched);
  void wait_for(const std::shared_ptr<Watched>& watched, bool for_writing);
  void act(curl_socket_t socket, int events);
  void collect();

  const CurlLibrary& library_;
  boost::asio::io_context& context_;
  CURLM* multi_;
  boost::asio::steady_timer timer_;
  std::map<curl_socket_t, std::shared_ptr<Watched>> watched_;
  std::set<Transfer*> transfers_;
};

}  // namespace tend::channel
