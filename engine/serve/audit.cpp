// Written past env::Files: it appends, which that does not know.
#include "engine/serve/audit.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "engine/env/zone.hpp"

namespace tend::serve {

std::string line_of(const AuditEntry& entry) {
  nlohmann::ordered_json json{{"at", env::format_moment(entry.at)}};
  if (!entry.key.empty()) json["key"] = entry.key;
  if (!entry.name.empty()) json["name"] = entry.name;
  json["what"] = entry.what;
  json["status"] = entry.status;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::optional<AuditEntry> read_audit_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto at = env::parse_moment(text("at"), env::utc());
  const auto status = json.find("status");
  if (!at || status == json.end() || !status->is_number_unsigned()) return std::nullopt;
  return AuditEntry{
      .at = *at, .key = text("key"), .name = text("name"), .what = text("what"), .status = status->get<unsigned>()};
}

Audit::~Audit() {
  if (file_ >= 0) ::close(file_);
}

Result<void> Audit::append(const std::string& line) {
  const auto failed = [&] {
    return fail(ErrorCode::io, "cannot write the audit log `" + path_ + "`: " + std::strerror(errno));
  };
  if (file_ < 0) file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return failed();
  const ssize_t written = ::write(file_, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || ::fdatasync(file_) != 0) return failed();
  return {};
}

Result<void> Audit::add(const AuditEntry& entry) {
  const std::lock_guard lock(mutex_);
  return append(line_of(entry));
}

Result<void> Audit::add_refusal(AuditEntry entry) {
  const std::lock_guard lock(mutex_);
  const std::int64_t second = entry.at / 1000;
  if (second != second_) {
    second_ = second;
    in_second_ = 0;
  }
  if (++in_second_ > kRefusalsPerSecond) {
    ++left_out_;
    return {};
  }
  if (left_out_ > 0) entry.what += " (and " + std::to_string(left_out_) + " refusals before it that are not here)";
  left_out_ = 0;
  return append(line_of(entry));
}

}  // namespace tend::serve
