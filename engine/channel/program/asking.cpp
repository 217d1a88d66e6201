#include "engine/channel/program/asking.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/channel/backoff.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t kGarbageMax = 100;  // lines that are none, until it is ended
constexpr Backoff kRestart{1'000, env::kMinute};

}  // namespace

std::string Asking::start(const asio::any_io_executor& executor, env::Moment now) {
  if (child_ && !child_->is_over()) return {};
  if (now < start_at_)
    return last_end_.empty() ? "it is started again soon" : last_end_ + ", and is started again soon";
  start_at_ = now + kRestart.ceiling_ms(starts_++);
  auto child = Child::start(executor, options_.words, options_.limits);
  if (!child) return last_end_ = child.error().message;
  garbage_ = 0;
  child_ = std::move(*child);
  child_->on_line = [this](const std::string& line) { heard(line); };
  child_->on_end = [this](const std::string& why) { ended(why); };
  if (!options_.hello.empty()) child_->say(options_.hello);
  child_->run();
  return {};
}

Task<Answer> Asking::ask(nlohmann::ordered_json question, env::Moment now) {
  Answer out;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  out.why = start(executor, now);
  if (!out.why.empty()) co_return out;
  const std::uint64_t id = next_++;
  question["id"] = id;
  Question open(executor);
  open.until = std::chrono::steady_clock::now() + options_.timeout;
  open_.emplace(id, &open);
  out.was_asked = true;
  child_->say(question.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  if (!open.is_over) {
    open.over.expires_at(open.until);
    boost::system::error_code cancelled;
    co_await open.over.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  open_.erase(id);
  // Who hangs is ended: what it is asked next would wait as long.
  if (!open.is_over) child_->end("it did not answer in time");
  out.why = open.is_over ? open.why : "it did not answer in time";
  out.json = std::move(open.answer);
  out.reached = open.reached;
  co_return out;
}

void Asking::heard(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  const auto id = json.find("id");
  if (!json.is_object() || id == json.end()) {
    garbage_ += !json.is_object() ? 1 : on_unasked ? on_unasked(json) : 0;
    if (garbage_ > kGarbageMax) end("it writes lines that are no JSON");
    return;
  }
  if (!id->is_number_unsigned()) return;
  const auto found = open_.find(id->get<std::uint64_t>());
  if (found == open_.end() || found->second->is_over) return;
  starts_ = 0;
  found->second->is_over = true;
  found->second->answer = json;
  found->second->over.cancel();
}

void Asking::ended(const std::string& why) {
  last_end_ = why;
  for (auto& [id, question] : open_) {
    if (question->is_over) continue;
    question->is_over = true;
    question->why = why;
    question->over.cancel();
  }
}

Asking::Question* Asking::find(std::uint64_t id) {
  const auto found = open_.find(id);
  return found == open_.end() || found->second->is_over ? nullptr : found->second;
}

}  // namespace tend::channel
