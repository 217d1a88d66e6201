// Between an adapter that keeps its platform in step with customers and who knows them.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/history/mirror_book.hpp"

namespace tend::channel {

/// What stands of a customer now.
struct MirroredCustomer {
  bool known = false;
  std::string address;  // what the channel's `to` names
  std::string staff;    // what its `staff` names
  std::vector<std::string> tags;
};

/// Thread: any.
class MirrorPlace {
 public:
  virtual ~MirrorPlace() = default;
  virtual history::MirrorBook& book() = 0;
  using Looked = std::function<void(std::optional<std::vector<MirroredCustomer>>)>;
  /// Calls `looked` once, on any thread, perhaps later: one for each customer, in their order; nothing where nobody can
  /// say just now.
  virtual void look(const std::string& channel, std::vector<std::string> customers, Looked looked) = 0;
};

}  // namespace tend::channel
