// The bench's playbook and workspace: 60 days of silence, care, an offer, over a file of orders.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>

namespace tend::bench {

inline constexpr const char* kWinBack = R"(event order { amount money; quantity number }
activity is order
policy { timezone "UTC" }
playbook win_back {
  enter when inactive for 60 days
  again after 180 days
  goal order within 30 days
  send care
  wait 7 days
  send offer
}
message care { text "It has been a while!" }
message offer { text "10 USD off." }
)";

/// A workspace in `folder` over this file of orders.
inline void write_win_back(const std::string& folder, const std::string& orders) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/winback.tend") << kWinBack;
  std::ofstream(folder + "/tend.toml")
      << "[sources.orders]\nfile = \"" << std::filesystem::absolute(orders).string()
      << "\"\nevent = \"order\"\ncustomer = \"customer_id\"\nat = \"ordered_at\"\n"
         "fields = { amount = { column = \"amount\", currency = \"USD\" }, quantity = \"quantity\" }\n"
         "[channels.outbox]\nadapter = \"file\"\npath = \"outbox.jsonl\"\n";
}

}  // namespace tend::bench
