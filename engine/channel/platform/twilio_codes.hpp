// What Twilio's codes are read as: those of a call and those of a receipt.
#pragma once
#include <array>

#include "engine/channel/platform/answers.hpp"

namespace tend::channel {

/// Source: twilio.com/docs/api/errors; 30005 and 21635 as callers report them.
inline constexpr std::array<Code, 29> kTwilioCodes = {{
    {"21610", Fate::rejected, Scope::recipient, "unsubscribed", 0, true},
    {"21211", Fate::rejected, Scope::recipient, "no number"},
    {"21612", Fate::rejected, Scope::recipient, "not reachable from this number"},
    {"21614", Fate::rejected, Scope::recipient, "no mobile number"},
    {"21635", Fate::rejected, Scope::recipient, "no mobile number"},
    {"30004", Fate::rejected, Scope::recipient, "blocked"},
    {"30005", Fate::rejected, Scope::recipient, "unknown handset"},
    {"30006", Fate::rejected, Scope::recipient, "a landline"},
    {"30003", Fate::rejected, Scope::recipient, "not reachable now"},
    {"30007", Fate::rejected, Scope::request, "filtered by the operator"},
    {"30610", Fate::rejected, Scope::request, "not at this hour there"},
    {"30036", Fate::rejected, Scope::request, "expired in the queue"},
    {"21408", Fate::rejected, Scope::request, "not allowed to this country"},
    {"21602", Fate::rejected, Scope::request, "no text"},
    {"21604", Fate::rejected, Scope::request, "no number"},
    {"21606", Fate::rejected, Scope::account, "the number in `from` cannot send"},
    {"21603", Fate::rejected, Scope::account, "neither `from` nor `service`"},
    {"21617", Fate::rejected, Scope::request, "longer than 1600 characters"},
    {"20003", Fate::rejected, Scope::account, "wrong account or token"},
    {"20005", Fate::rejected, Scope::account, "the account is not active"},
    {"20404", Fate::rejected, Scope::account, "no such account or service"},
    {"21608", Fate::rejected, Scope::account, "a trial account writes to verified numbers only"},
    {"30002", Fate::rejected, Scope::account, "the account is suspended"},
    {"20429", Fate::throttled, Scope::account, "too many calls", 1000},
    {"21611", Fate::throttled, Scope::account, "the number's queue is full", 60'000},
    {"30001", Fate::throttled, Scope::account, "the queue is full", 60'000},
    {"63017", Fate::throttled, Scope::account, "too many calls", 60'000},
    {"20500", Fate::unknown, Scope::request, "an error of the platform"},
    {"20503", Fate::unknown, Scope::request, "the platform is not available"},
}};

}  // namespace tend::channel
