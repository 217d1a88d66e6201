// What the Official Account's codes are read as.
#pragma once
#include <array>

#include "engine/channel/platform/answers.hpp"

namespace tend::channel {

/// Source: developers.weixin.qq.com/doc/offiaccount: "Global return codes", "Template messages", "Customer service
/// messages", "Subscription notifications".
inline constexpr std::array<Code, 32> kWechatCodes = {{
    {"0", Fate::accepted, Scope::recipient, ""},
    {"-1", Fate::deferred, Scope::account, "busy"},
    // The token: asked for anew once, within the call. 40001 is said of one that is not the latest, too.
    {"40001", Fate::deferred, Scope::account, "the token is not taken"},
    {"40014", Fate::deferred, Scope::account, "the token is not taken"},
    {"41001", Fate::deferred, Scope::account, "the token is not taken"},
    {"42001", Fate::deferred, Scope::account, "the token is not taken"},
    // The window is closed until the person writes, clicks, pays: by then another message is due.
    {"45015", Fate::rejected, Scope::recipient, "window: nothing of him in 48 hours"},
    {"45047", Fate::rejected, Scope::recipient, "window: the messages of it are used up"},
    {"43101", Fate::rejected, Scope::recipient, "he has not subscribed to this template, or it is used up"},
    {"40003", Fate::rejected, Scope::recipient, "no such openid"},
    {"43004", Fate::rejected, Scope::recipient, "he does not follow the account"},
    {"50005", Fate::rejected, Scope::recipient, "he does not follow the account any more"},
    {"43019", Fate::rejected, Scope::recipient, "he is on the account's blacklist"},
    {"48002", Fate::rejected, Scope::recipient, "he has switched messages off"},
    {"40037", Fate::rejected, Scope::request, "no such template"},
    {"41030", Fate::rejected, Scope::request, "wrong page"},
    {"45162", Fate::rejected, Scope::request, "wrong content"},
    {"47001", Fate::rejected, Scope::request, "wrong JSON"},
    {"47003", Fate::rejected, Scope::request, "the values are not the template's"},
    {"40007", Fate::rejected, Scope::request, "wrong or old media_id"},
    {"40008", Fate::rejected, Scope::request, "wrong kind of message"},
    {"45002", Fate::rejected, Scope::request, "too long"},
    {"45009", Fate::throttled, Scope::account, "the day's calls are used up", kUntilMidnight},
    {"45011", Fate::throttled, Scope::account, "too many calls", 60'000},
    {"40013", Fate::rejected, Scope::account, "wrong appid"},
    {"40125", Fate::rejected, Scope::account, "wrong secret"},
    {"40164", Fate::rejected, Scope::account, "this machine's address is not allowed"},
    {"40002", Fate::rejected, Scope::account, "wrong credentials"},
    {"48001", Fate::rejected, Scope::account, "the account may not call this"},
    {"48004", Fate::rejected, Scope::account, "the account may not call this any more"},
    {"50002", Fate::rejected, Scope::account, "the account is restricted"},
    {"50004", Fate::rejected, Scope::account, "the account may not call this"},
}};

}  // namespace tend::channel
