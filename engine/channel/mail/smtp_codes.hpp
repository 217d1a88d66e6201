// What mail servers answer, and what it is read as.
#pragma once
#include <string>
#include <string_view>

#include "engine/channel/remote.hpp"

namespace tend::channel {

/// By the reply's code and, where the text has one, its enhanced status. The reason holds both and none of the server's
/// own words, which may name the recipient.
/// Source: RFC 5321 §4.2, RFC 3463, RFC 4954 §6.
Outcome outcome_of_reply(int code, std::string_view text);

/// `5.1.1` of `550 5.1.1 no such user`; empty where there is none.
std::string enhanced_status(std::string_view text);

/// True for the enhanced statuses that say that there is no such mailbox, now or ever.
bool is_no_mailbox(std::string_view status);

/// What came back came back because of who writes, or how: nothing is wrong with the address. Source: RFC 3463 §3.8.
bool is_policy(std::string_view status);

/// What came back may arrive another time: a mailbox that is full, a server that could not be reached for days.
/// Source: RFC 3463 §2 and §3.3.
bool is_soft(std::string_view status);

}  // namespace tend::channel
