// What Aliyun's codes for SMS are read as.
#pragma once
#include <array>

#include "engine/channel/platform/answers.hpp"

namespace tend::channel {

/// Source: help.aliyun.com, API error codes of SMS (101346), sending rules (44335), and the gateway's codes.
inline constexpr std::array<Code, 42> kAliyunCodes = {{
    {"OK", Fate::accepted, Scope::recipient, ""},
    // Its limits for one number. Which of them it was stands in the message only, see blocked_until.
    {"isv.BUSINESS_LIMIT_CONTROL", Fate::throttled, Scope::recipient, "too many to this number"},
    // The account's own, set in the console.
    {"isv.DAY_LIMIT_CONTROL", Fate::throttled, Scope::account, "the account's limit of a day", kUntilMidnight},
    {"isv.MONTH_LIMIT_CONTROL", Fate::throttled, Scope::account, "the account's limit of a month", kUntilMonth},
    {"Throttling*", Fate::throttled, Scope::account, "too many calls", 1000},
    {"isv.MOBILE_NUMBER_ILLEGAL", Fate::rejected, Scope::recipient, "no mobile number"},
    {"isv.DOMESTIC_NUMBER_NOT_SUPPORTED", Fate::rejected, Scope::recipient, "the template is not for this country"},
    // What was said, or with which values. A template that is not approved is one message's fault, not the account's.
    {"isv.SMS_TEMPLATE_ILLEGAL", Fate::rejected, Scope::request, "no approved template"},
    {"isv.TEMPLATE_MISSING_PARAMETERS", Fate::rejected, Scope::request, "a value of the template is missing"},
    {"isv.INVALID_PARAMETERS", Fate::rejected, Scope::request, "wrong parameters"},
    {"isv.INVALID_JSON_PARAM", Fate::rejected, Scope::request, "wrong values"},
    {"isv.BLACK_KEY_CONTROL_LIMIT", Fate::rejected, Scope::request, "a banned word in a value"},
    {"isv.PARAM_LENGTH_LIMIT", Fate::rejected, Scope::request, "a value is too long"},
    {"isv.PARAM_NOT_SUPPORT_URL", Fate::rejected, Scope::request, "a link in a value"},
    {"isv.MOBILE_COUNT_OVER_LIMIT", Fate::rejected, Scope::request, "too many numbers"},
    {"isv.EXTEND_CODE_ERROR", Fate::rejected, Scope::request, "wrong extend_code"},
    {"isv.SMS_CONTENT_ILLEGAL", Fate::rejected, Scope::request, "the content is not allowed"},
    {"MissingParameter", Fate::rejected, Scope::request, "a parameter is missing"},
    {"InvalidParameter*", Fate::rejected, Scope::request, "wrong parameters"},
    // The account, its sign, its keys, its money: nobody gets anything until somebody acts.
    {"isv.SMS_SIGNATURE_ILLEGAL", Fate::rejected, Scope::account, "no approved sign"},
    {"isv.SMS_SIGN_ILLEGAL", Fate::rejected, Scope::account, "no approved sign"},
    {"isv.SIGN_STATE_ILLEGAL", Fate::rejected, Scope::account, "the sign is not in force"},
    {"isv.SMS_SIGNATURE_SCENE_ILLEGAL", Fate::rejected, Scope::account, "the sign is not for this kind of text"},
    {"isv.DENY_IP_RANGE", Fate::rejected, Scope::account, "this machine's address is not allowed"},
    {"isv.AMOUNT_NOT_ENOUGH", Fate::rejected, Scope::account, "no balance"},
    {"isv.OUT_OF_SERVICE", Fate::rejected, Scope::account, "out of service"},
    {"isv.PRODUCT_UN_SUBSCRIPT", Fate::rejected, Scope::account, "the product is not subscribed"},
    {"isv.PRODUCT_UNSUBSCRIBE", Fate::rejected, Scope::account, "the product is not subscribed"},
    {"isv.ACCOUNT_NOT_EXISTS", Fate::rejected, Scope::account, "no such account"},
    {"isv.ACCOUNT_ABNORMAL", Fate::rejected, Scope::account, "the account is not in order"},
    {"isp.RAM_PERMISSION_DENY", Fate::rejected, Scope::account, "the key may not send"},
    {"InvalidAccessKeyId*", Fate::rejected, Scope::account, "wrong access_key"},
    {"SignatureDoesNotMatch", Fate::rejected, Scope::account, "wrong access_secret"},
    {"InvalidTimeStamp*", Fate::rejected, Scope::account, "this machine's clock is wrong"},
    {"Forbidden*", Fate::rejected, Scope::account, "the key may not send"},
    {"NoPermission*", Fate::rejected, Scope::account, "the key may not send"},
    {"InvalidAction*", Fate::rejected, Scope::account, "no such call at this address"},
    {"InvalidVersion", Fate::rejected, Scope::account, "no such call at this address"},
    // The nonce is drawn for each call: the same call came twice, and the first may have been taken.
    {"SignatureNonceUsed", Fate::unknown, Scope::request, "the call came twice"},
    {"isp.SYSTEM_ERROR", Fate::deferred, Scope::request, "the platform asks to try again"},
    {"ServiceUnavailable*", Fate::deferred, Scope::account, "the platform is not available"},
    {"InternalError*", Fate::unknown, Scope::request, "an error of the platform"},
}};

}  // namespace tend::channel
