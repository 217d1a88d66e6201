// Messages as lines on a terminal.
#include "engine/channel/console_adapter.hpp"

#include <cerrno>
#include <cstring>

#include "engine/channel/escape.hpp"
#include "engine/env/moment.hpp"

namespace tend::channel {
namespace {

void append_console_line(std::string& out, const run::Send& send) {
  env::append_moment(out, send.at);
  out += "  ";
  append_visible(out, send.customer);
  out += "  ";
  append_visible(out, send.playbook);
  out += '/';
  append_visible(out, send.message);
  const bool bare = send.items.size() == 1 && send.items[0].kind == "text";
  for (const run::RenderedItem& item : send.items) {
    out += "  ";
    if (!bare) {
      append_visible(out, item.kind);
      if (!item.field.empty()) {
        out += '.';
        append_visible(out, item.field);
      }
      out += ": ";
    }
    append_visible(out, item.text);
  }
  out += '\n';
}

class ConsoleAdapter final : public Adapter {
 public:
  ConsoleAdapter(std::FILE* console, std::string channel) : console_(console), channel_(std::move(channel)) {}

  Capabilities capabilities() const override { return {}; }

  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    std::string lines;
    for (const run::Send& send : sends) append_console_line(lines, send);
    errno = 0;
    if (std::fwrite(lines.data(), 1, lines.size(), console_) != lines.size() || std::fflush(console_) != 0) {
      return fail(ErrorCode::io, "channel `" + channel_ + "` cannot print: " + std::strerror(errno));
    }
    return std::vector<run::Answer>(sends.size());
  }

  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::unknown);
  }

 private:
  std::FILE* console_;
  std::string channel_;
};

}  // namespace

std::unique_ptr<Adapter> make_console_adapter(std::FILE* console, const std::string& channel) {
  return std::make_unique<ConsoleAdapter>(console, channel);
}

}  // namespace tend::channel
