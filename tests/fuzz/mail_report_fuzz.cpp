// Any bytes as a mail that came back: they are read without harm, and what they say is bounded.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/channel/mail/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view mail(reinterpret_cast<const char*>(data), size);
  for (const tend::channel::Receipt& receipt : tend::channel::read_report(mail)) {
    if (receipt.key.size() != 32 || !receipt.to.empty()) std::abort();
    if (receipt.suppress && receipt.kind == tend::channel::ReceiptKind::delivered) std::abort();
  }
  return 0;
}
