// What comes back for a mail later: reports of delivery (bounces) and of complaints.
// Source: RFC 3464 (delivery status notifications), RFC 5965 (abuse reports), RFC 2045, RFC 2046.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/remote.hpp"

namespace tend::channel {

constexpr std::size_t kReportBytesMax = 1u << 20;  // longer ones are cut

/// The receipts that a mail holds; none where it is no report. Found by the message's key where the envelope's address
/// (`bounce+KEY@…`) or the Message-ID (`KEY@…`) has it, and not at all where neither has: anybody can write a report,
/// but only who had the message knows its key. Whom it went to is known by the key, so the addresses in it are not
/// read. Requires: nothing; all of it is hostile. Thread: safe.
std::vector<Receipt> read_report(std::string_view mail);

}  // namespace tend::channel
