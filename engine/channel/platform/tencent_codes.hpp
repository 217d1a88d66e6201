// What Tencent Cloud's codes for SMS are read as: those of a number and those of a request.
#pragma once
#include <array>

#include "engine/channel/platform/answers.hpp"

namespace tend::channel {

/// Source: cloud.tencent.com/document/product/382/59177 and 55981 (error codes), 13303 (limits); rows that end with `*`
/// are for what comes later.
inline constexpr std::array<Code, 44> kTencentCodes = {{
    {"Ok", Fate::accepted, Scope::recipient, ""},
    // One number's limits. An hour is rolling or natural, nobody says: an hour is enough for both.
    {"LimitExceeded.PhoneNumberThirtySecondLimit", Fate::throttled, Scope::recipient, "the same text again", 30'000},
    {"LimitExceeded.PhoneNumberOneHourLimit", Fate::throttled, Scope::recipient, "too many in an hour", env::kHour},
    {"LimitExceeded.PhoneNumberDailyLimit", Fate::throttled, Scope::recipient, "too many today", kUntilMidnight},
    {"LimitExceeded.PhoneNumberSameContentDailyLimit", Fate::throttled, Scope::recipient, "the same text today",
     kUntilMidnight},
    {"LimitExceeded.DeliveryFrequencyLimit", Fate::throttled, Scope::recipient, "too many to this number", 30'000},
    // The account's.
    {"LimitExceeded.AppDailyLimit", Fate::throttled, Scope::account, "the account's limit of a day", kUntilMidnight},
    {"LimitExceeded.DailyLimit", Fate::throttled, Scope::account, "the account's limit of a day", kUntilMidnight},
    {"RequestLimitExceeded*", Fate::throttled, Scope::account, "too many calls", 1000},
    {"LimitExceeded.PhoneNumberCountLimit", Fate::rejected, Scope::request, "too many numbers in one call"},
    {"LimitExceeded*", Fate::throttled, Scope::recipient, "a limit", 60'000},
    // Marketing is taken in its hours only; see next_opening.
    {"FailedOperation.MarketingSendTimeConstraint", Fate::deferred, Scope::account, "not at this hour"},
    {"FailedOperation.PhoneNumberInBlacklist", Fate::rejected, Scope::recipient, "the number wants nothing", 0, true},
    {"InvalidParameterValue.IncorrectPhoneNumber", Fate::rejected, Scope::recipient, "no mobile number"},
    // What was said. A template that is not approved is one message's fault, not the account's.
    {"FailedOperation.TemplateIncorrectOrUnapproved", Fate::rejected, Scope::request, "no approved template"},
    {"FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Fate::rejected, Scope::request, "not its values"},
    {"FailedOperation.ContainSensitiveWord", Fate::rejected, Scope::request, "a banned word"},
    {"FailedOperation.JsonParseFail", Fate::rejected, Scope::request, "a wrong request"},
    {"FailedOperation.FailResolvePacket", Fate::rejected, Scope::request, "a wrong request"},
    {"InvalidParameterValue.ContentLengthLimit", Fate::rejected, Scope::request, "too long"},
    {"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", Fate::rejected, Scope::request, "a link in a value"},
    {"InvalidParameterValue.TemplateParameterLengthLimit", Fate::rejected, Scope::request, "a value is too long"},
    {"InvalidParameterValue.TemplateParameterFormatError", Fate::rejected, Scope::request, "wrong values"},
    {"InvalidParameterValue.SdkAppIdNotExist", Fate::rejected, Scope::account, "no such app_id"},
    {"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber", Fate::rejected, Scope::request,
     "numbers of several countries in one call"},
    // The account, its sign, its keys, its money: nobody gets anything until somebody acts.
    {"FailedOperation.SignatureIncorrectOrUnapproved", Fate::rejected, Scope::account, "no approved sign"},
    {"FailedOperation.InsufficientBalanceInSmsPackage", Fate::rejected, Scope::account, "no balance"},
    {"UnauthorizedOperation*", Fate::rejected, Scope::account, "the account may not send"},
    {"AuthFailure.SignatureExpire", Fate::rejected, Scope::account, "this machine's clock is wrong"},
    {"AuthFailure*", Fate::rejected, Scope::account, "wrong secret_id or secret_key"},
    {"InternalError.RequestTimeException", Fate::rejected, Scope::account, "this machine's clock is wrong"},
    {"UnsupportedRegion", Fate::rejected, Scope::account, "wrong region"},
    {"ResourceInsufficient*", Fate::rejected, Scope::account, "no balance"},
    {"ResourceUnavailable*", Fate::rejected, Scope::account, "the account is not in order"},
    {"InvalidAction", Fate::rejected, Scope::account, "no such call at this address"},
    {"NoSuchVersion", Fate::rejected, Scope::account, "no such call at this address"},
    // Its inner errors may come after it has begun.
    {"InternalError.Timeout", Fate::unknown, Scope::request, "a timeout of the platform"},
    {"InternalError.SendAndRecvFail", Fate::unknown, Scope::request, "an error of the platform"},
    {"InternalError.OtherError", Fate::unknown, Scope::request, "an error of the platform"},
    {"InternalError*", Fate::unknown, Scope::request, "an error of the platform"},
    {"FailedOperation*", Fate::rejected, Scope::request, "refused"},
    {"InvalidParameter*", Fate::rejected, Scope::request, "wrong parameters"},
    {"MissingParameter*", Fate::rejected, Scope::request, "a parameter is missing"},
    {"UnsupportedOperation*", Fate::rejected, Scope::request, "not possible"},
}};

}  // namespace tend::channel
