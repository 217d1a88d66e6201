// `Retry-After`: when a server wants to be asked again.
#pragma once
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// Seconds from now or a date, at most a day away; kNoMoment where there is no such header or it says neither.
/// Source: RFC 9110 §10.2.3 and §5.6.7 (the date in its one form that may be sent, IMF-fixdate).
env::Moment retry_after(const HttpAnswer& answer, env::Moment now);

}  // namespace tend::channel
