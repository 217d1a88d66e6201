// The lines of an outbox file: one JSON object per message. What they mean to a reader: docs/channels.md.
#pragma once
#include <string>
#include <string_view>

#include "engine/run/sender.hpp"

namespace tend::channel {

/// Every line begins so. A torn last line is cut off only if it does too: another file is nobody's to shorten.
inline constexpr std::string_view kLineStart = "{\"at\":\"";

/// Appends the line of a message, with its end:
/// `{"at":…,"customer":…,"playbook":…,"message":…,"channel":…,"key":…,KIND:…}`. A kind of item that comes more than
/// once is a list.
void append_outbox_line(std::string& out, const run::Send& send);

/// The key of a line. Shape: `line` without its line end. Errors: false for what is not such a line.
bool key_of_line(std::string_view line, state::SendKey& key);

}  // namespace tend::channel
