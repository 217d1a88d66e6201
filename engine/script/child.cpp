// The child's life: what it is told to run, its doors closed, then question by question.
#include "engine/script/child.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/script/confine.hpp"
#include "engine/script/interpreter.hpp"
#include "engine/script/library.hpp"

namespace tend::script {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLineMax = 32u << 20;      // bytes; what it is told comes from tend, and is bounded there
constexpr std::size_t kBesidesLua = 160u << 20;  // bytes, for lines that are read and written

[[noreturn]] void leave(int code) { ::_exit(code); }

/// A line from stdin; nothing when there are no more.
std::optional<std::string> hear() {
  static std::string kept;
  static std::size_t seen = 0;
  while (true) {
    const std::size_t end = kept.find('\n', seen);
    if (end != std::string::npos) {
      std::string line = kept.substr(0, end);
      kept.erase(0, end + 1);
      seen = 0;
      return line;
    }
    seen = kept.size();
    if (seen > kLineMax) return std::nullopt;
    char bytes[16u << 10];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    kept.append(bytes, static_cast<std::size_t>(got));
  }
}

void say(std::string line) {
  line += '\n';
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t written = ::write(STDOUT_FILENO, line.data() + at, line.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) leave(1);
    at += static_cast<std::size_t>(written);
  }
}

void say(const Json& json) { say(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

/// It is told the answer, or what is to be fetched first. `text` is JSON already.
void tell(std::uint64_t question, const Step& step, std::uint64_t& request) {
  const std::string id = std::to_string(question);
  switch (step.kind) {
    case Step::Kind::waits:
      return say("{\"http\":" + std::to_string(++request) + ",\"for\":" + id + ",\"request\":" + step.text + "}");
    case Step::Kind::done:
      return say("{\"id\":" + id + (step.text == "{}" ? "" : "," + step.text.substr(1, step.text.size() - 2)) + "}");
    case Step::Kind::failed: return say(Json{{"id", question}, {"error", step.text}});
    case Step::Kind::broken: say(Json{{"id", question}, {"error", step.text}}); leave(1);
  }
}

[[noreturn]] void refuse(const std::string& why) {
  say(Json{{"failed", why}});
  leave(1);
}

[[noreturn]] void live() {
  for (const int signal : {SIGPROF, SIGPIPE}) ::signal(signal, SIG_DFL);
  const auto first = hear();
  if (!first) leave(0);
  const Json told = Json::parse(*first, nullptr, false);
  if (!told.is_object() || !told.contains("script")) refuse("it was not told what to run");
  warm_up_library();
  Limits limits;
  limits.memory_bytes = told.value("memory", limits.memory_bytes);
  if (const std::string why = give_up_resources(limits.memory_bytes + kBesidesLua); !why.empty()) refuse(why);
  if (const std::string why = enter_filter(); !why.empty()) refuse(why);

  Interpreter script(limits);
  if (const std::string why =
          script.load(told.at("script"), told.value("file", "script"), told.value("options", Json::object()));
      !why.empty()) {
    refuse(why);
  }
  const Step can = script.capabilities();
  if (can.kind != Step::Kind::done) refuse(can.text);
  Json functions = Json::array();
  for (const char* name : {"send", "find", "poll", "receive"}) {
    if (script.defines(name)) functions.push_back(name);
  }
  say("{\"ready\":" + can.text + ",\"functions\":" + functions.dump() + "}");

  std::map<std::uint64_t, std::uint64_t> waiting;  // request to question
  std::uint64_t request = 0;
  while (const auto line = hear()) {
    const Json said = Json::parse(*line, nullptr, false);
    if (!said.is_object()) continue;
    if (const auto http = said.find("http"); http != said.end()) {
      const auto found = waiting.find(http->get<std::uint64_t>());
      if (found == waiting.end()) continue;
      const std::uint64_t question = found->second;
      waiting.erase(found);
      const Step step = script.go_on(question, said);
      tell(question, step, request);
      if (step.kind == Step::Kind::waits) waiting.emplace(request, question);
    } else if (const auto id = said.find("id"); id != said.end() && id->is_number_unsigned()) {
      const std::uint64_t question = id->get<std::uint64_t>();
      const Step step = script.begin(question, said);
      tell(question, step, request);
      if (step.kind == Step::Kind::waits) waiting.emplace(request, question);
    }
  }
  leave(0);
}

}  // namespace

void run_child() {
  try {
    live();
  } catch (const std::exception&) {
    leave(1);  // no memory for a line
  }
}

}  // namespace tend::script
