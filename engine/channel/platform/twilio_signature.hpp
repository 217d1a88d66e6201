// What Twilio signs its calls with.
#pragma once
#include <map>
#include <string>

namespace tend::channel {

/// X-Twilio-Signature of a call to `url` with the fields of a form.
/// Source: twilio.com/docs, "Webhooks security".
std::string twilio_signature(const std::string& token, std::string url, const std::map<std::string, std::string>& form);

}  // namespace tend::channel
