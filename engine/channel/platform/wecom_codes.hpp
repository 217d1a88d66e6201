// What WeCom's codes are read as.
#pragma once
#include <array>

#include "engine/channel/platform/answers.hpp"

namespace tend::channel {

/// Source: developer.work.weixin.qq.com/document/path/90313 (codes), 90454 (limits and how long they block), 92135
/// (mass messages), 92599 (welcome), 90236 (messages to staff), 96348 (contact ways), 92117 (tags), 92125 and 94081
/// (transfers). The blocks of 45009 are in WecomAccount::call.
inline constexpr std::array<Code, 81> kWecomCodes = {{
    {"0", Fate::accepted, Scope::recipient, ""},
    {"-1", Fate::deferred, Scope::account, "busy"},
    {"6000", Fate::deferred, Scope::request, "changed meanwhile"},
    {"41063", Fate::deferred, Scope::request, "still being dispatched", env::kMinute},
    {"41079", Fate::deferred, Scope::request, "still being dispatched", env::kMinute},
    {"41096", Fate::deferred, Scope::request, "another app is sending a welcome", 500},
    // The token: asked for anew once, within the call.
    {"40014", Fate::deferred, Scope::account, "the token is not taken"},
    {"41001", Fate::deferred, Scope::account, "the token is not taken"},
    {"42001", Fate::deferred, Scope::account, "the token is not taken"},
    {"45009", Fate::throttled, Scope::account, "too many calls", env::kMinute},
    {"45033", Fate::throttled, Scope::account, "too many calls at once", 1000},
    {"41078", Fate::throttled, Scope::account, "too many jobs", env::kMinute},
    {"41094", Fate::throttled, Scope::request, "reminded too often", env::kHour},
    // The account, its secret, its permissions: nobody gets anything until somebody acts.
    {"40001", Fate::rejected, Scope::account, "wrong secret"},
    {"40013", Fate::rejected, Scope::account, "wrong corp"},
    {"42009", Fate::rejected, Scope::account, "the suite's token is over"},
    {"48001", Fate::rejected, Scope::account, "the app may not call this"},
    {"48002", Fate::rejected, Scope::account, "the app may not call this"},
    {"48004", Fate::rejected, Scope::account, "the app may not call this"},
    {"48005", Fate::rejected, Scope::account, "the app may not call this"},
    {"50001", Fate::rejected, Scope::account, "the redirect address is not allowed"},
    {"50002", Fate::rejected, Scope::account, "the member is not in the app's range"},
    {"50003", Fate::rejected, Scope::account, "the app is switched off"},
    {"60020", Fate::rejected, Scope::account, "this machine's address is not allowed"},
    {"301002", Fate::rejected, Scope::account, "wrong agent"},
    // The member through whom it goes: his customers only.
    {"60011", Fate::rejected, Scope::recipient, "the app may not use this member"},
    {"60111", Fate::rejected, Scope::recipient, "no such member"},
    {"84074", Fate::rejected, Scope::recipient, "the app may not use this member"},
    {"84083", Fate::rejected, Scope::recipient, "the member cannot serve customers"},
    {"41054", Fate::rejected, Scope::recipient, "the member is not active"},
    {"40003", Fate::rejected, Scope::recipient, "no such member"},
    // The customer. 84061 is not told where only he removed the member.
    {"84061", Fate::rejected, Scope::recipient, "no customer of this member"},
    {"40096", Fate::rejected, Scope::recipient, "no such customer"},
    {"41048", Fate::rejected, Scope::recipient, "nobody to send to"},
    {"81013", Fate::rejected, Scope::recipient, "no such member"},
    {"41053", Fate::rejected, Scope::recipient, "the customer has not agreed to archiving"},
    // A welcome that is over, and one that there was already.
    {"41050", Fate::rejected, Scope::recipient, "the welcome's time is over"},
    {"41051", Fate::duplicate, Scope::recipient, "welcomed or talking already"},
    {"41093", Fate::duplicate, Scope::request, "cancelled already"},
    // What was said.
    {"41046", Fate::rejected, Scope::request, "no msgid"},
    {"41047", Fate::rejected, Scope::request, "no such msgid"},
    {"41049", Fate::rejected, Scope::request, "no welcome code"},
    {"82001", Fate::rejected, Scope::request, "nobody to send to"},
    {"81017", Fate::rejected, Scope::request, "too many"},
    {"40008", Fate::rejected, Scope::request, "wrong kind of message"},
    {"40032", Fate::rejected, Scope::request, "too many members"},
    {"40035", Fate::rejected, Scope::request, "wrong parameters"},
    {"40058", Fate::rejected, Scope::request, "wrong parameters"},
    {"40063", Fate::rejected, Scope::request, "a parameter is empty"},
    {"40007", Fate::rejected, Scope::request, "wrong or old media_id"},
    {"40068", Fate::rejected, Scope::request, "wrong tag"},
    {"40071", Fate::rejected, Scope::request, "the tag exists"},
    {"40072", Fate::rejected, Scope::request, "the tag's name is too long"},
    {"40126", Fate::rejected, Scope::request, "there are as many tags as there may be"},
    // Contact ways.
    {"41037", Fate::rejected, Scope::request, "no kind of contact way"},
    {"41038", Fate::rejected, Scope::request, "no scene of the contact way"},
    {"41039", Fate::rejected, Scope::request, "wrong kind of contact way"},
    {"41040", Fate::rejected, Scope::request, "wrong scene of the contact way"},
    {"41042", Fate::rejected, Scope::request, "too many members"},
    {"41043", Fate::rejected, Scope::request, "no contact way named"},
    {"41044", Fate::rejected, Scope::request, "no such contact way"},
    {"41045", Fate::rejected, Scope::request, "there are as many contact ways as there may be"},
    // Transfers.
    {"40097", Fate::rejected, Scope::request, "the member has not left"},
    {"40098", Fate::rejected, Scope::request, "the member is not verified by his real name"},
    {"40099", Fate::rejected, Scope::request, "the member has as many customers as he may have"},
    {"40100", Fate::duplicate, Scope::request, "is being transferred already"},
    {"40128", Fate::rejected, Scope::request, "transferred twice in 90 days already"},
    {"40129", Fate::duplicate, Scope::request, "is being transferred already"},
    {"40130", Fate::duplicate, Scope::request, "the member has him already"},
    {"40131", Fate::rejected, Scope::request, "the member before does not have him"},
    {"40143", Fate::rejected, Scope::request, "the member is banned"},
    {"41056", Fate::rejected, Scope::request, "wrong parameters"},
    {"44004", Fate::rejected, Scope::request, "no text"},
    {"45001", Fate::rejected, Scope::request, "too large"},
    {"45002", Fate::rejected, Scope::request, "too long"},
    {"41064", Fate::rejected, Scope::request, "wrong attachment"},
    {"41065", Fate::rejected, Scope::request, "wrong attachment"},
    {"86214", Fate::rejected, Scope::request, "wrong kind of message"},
    {"50100", Fate::deferred, Scope::request, "a page that is gone"},
    {"41002", Fate::rejected, Scope::account, "no corp"},
    {"41004", Fate::rejected, Scope::account, "no secret"},
}};

}  // namespace tend::channel
