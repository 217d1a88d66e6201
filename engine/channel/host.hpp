// What adapters touch of the world, for real: HTTP and mail through libcurl on one thread's io_context.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "engine/channel/remote.hpp"
#include "engine/env/clock.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

/// Connections are kept and used again. No redirect is followed. A request that may have been received is never sent a
/// second time: that is the dispatcher's decision.
/// Thread: the context's.
class NetworkHost : public Host {
 public:
  /// Ends every request and every sleep at once: requests answer as far as they have come.
  virtual void abandon() = 0;
  /// Asked on any thread before the end of a mail goes out, without which the server has no mail; false: it does not.
  virtual void before_end_of_mail(std::function<bool(state::SendKey)> /*asked*/) {}
};

/// Shape: `context` outlives the host, and has run out of what the host started, or is destroyed right after.
/// Errors: those of curl_library().
Result<std::unique_ptr<NetworkHost>> make_host(boost::asio::io_context& context, env::Clock& clock);

}  // namespace tend::channel
