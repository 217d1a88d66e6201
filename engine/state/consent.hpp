// What a record of attributes says beside a consent given or withdrawn: the ledger of consents is made of it. The state
// does not keep it: that somebody consents decides, how that is known is for who asks.
#pragma once
#include <cstdint>

namespace tend::state {

inline constexpr std::uint16_t kConsentText = 0xFFF6;      // text: which wording he agreed to; of the consent before it
inline constexpr std::uint16_t kConsentEvidence = 0xFFF7;  // text: what shows it; of the consent before it
inline constexpr std::uint16_t kConsentSource = 0xFFF8;    // text: where it came from; of the whole record
inline constexpr bool is_about_consent(std::uint16_t index) { return index >= kConsentText && index <= kConsentSource; }

}  // namespace tend::state
