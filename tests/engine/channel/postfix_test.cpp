// Mail through a real Postfix: every recipient has one, refusals are outcomes, what comes back is a receipt, and the
// signature verifies.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "engine/channel/mail/smtp.hpp"
#include "engine/channel/remote_dispatcher.hpp"
#include "engine/env/process.hpp"
#include "tests/support/beside.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

namespace files = std::filesystem;
using state::OutcomeKind;

/// How many mails a mailbox has.
std::size_t mails_in(const std::string& mailbox) {
  std::error_code error;
  std::size_t count = 0;
  for (files::directory_iterator at(mailbox + "/new", error), end; !error && at != end; at.increment(error)) ++count;
  return count;
}

template <typename Condition>
bool wait_until(Condition condition) {
  for (int i = 0; i < 6'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return condition();
}

/// The engine's part, over several lives of the dispatcher.
struct World {
  std::mutex mutex;
  std::map<std::uint64_t, Report> reports;
  std::map<std::uint64_t, Message> open;  // handed over, no report yet
  std::map<std::uint64_t, Message> waiting;
  std::map<std::string, Receipt> receipts;
  ChannelConfig config;
  std::unique_ptr<RemoteDispatcher> dispatcher;

  void start() {
    RemoteOptions options;
    options.events.on_report = [this](Report report) {
      const std::lock_guard lock(mutex);
      if (report.kind == Report::Kind::returned) {
        waiting[report.key.low] = open.at(report.key.low);
      } else {
        reports[report.key.low] = report;
      }
      open.erase(report.key.low);
    };
    options.events.on_news = [this](const std::string&, News news, Kept kept) {
      const std::lock_guard lock(mutex);
      for (const Receipt& receipt : news.receipts) receipts[receipt.key] = receipt;
      kept();
    };
    auto opened = RemoteDispatcher::open(std::span(&config, 1), std::move(options));
    if (!opened) FAIL(opened.error().message);
    dispatcher = std::move(*opened);
    for (const auto& [key, message] : std::map(open)) dispatcher->settle(message);
  }
  void offer() {
    for (std::size_t room = dispatcher->room("mail"); room > 0; --room) {
      Message message;
      {
        const std::lock_guard lock(mutex);
        if (waiting.empty()) return;
        message = waiting.begin()->second;
        waiting.erase(waiting.begin());
        open[message.key.low] = message;
      }
      dispatcher->take(message);
    }
  }
  std::size_t reported() {
    const std::lock_guard lock(mutex);
    return reports.size();
  }
};

TEST_CASE(
    "200 mails through Postfix: one each, though the dispatcher ends in the middle; refused and returned ones are "
    "told") {
  TempFolder folder;
  const Beside postfix({"python3", "tests/support/mail/postfix.py", folder.path()});
  if (postfix.line().empty()) {
    WARN("Postfix is not installed, or cannot be started by this user: nothing was sent");
    return;
  }
  const auto at = nlohmann::json::parse(postfix.line());
  const std::string mail = at["mail"];
  REQUIRE(env::run_process({"openssl", "genrsa", "-out", folder.file("dkim.pem"), "2048"})->exit_code == 0);
  REQUIRE(
      env::run_process({"openssl", "rsa", "-in", folder.file("dkim.pem"), "-pubout", "-out", folder.file("dkim.pub")})
          ->exit_code == 0);

  World world;
  world.config = {.name = "mail", .adapter = "smtp"};
  world.config.options = {{"server", "smtp://127.0.0.1:" + std::to_string(at["port"].get<int>())},
                          {"from", "茶 <tea@example.test>"},
                          {"to", "email"},
                          {"ca_file", at["ca"]},
                          {"bounce", "bounce@example.test"},
                          {"bounces", mail + "/bounces"},
                          {"unsubscribe_url", "https://u.example.test/{key}"},
                          {"dkim_domain", "example.test"},
                          {"dkim_selector", "s1"},
                          {"dkim_key", "file:" + folder.file("dkim.pem")}};
  for (unsigned i = 0; i < 200; ++i) {
    Message message;
    message.key = {5, i};
    message.at = env::real_clock().now();
    message.channel = "mail";
    const std::string name = i < 180 ? "u" : i < 190 ? "nobody" : "late";
    message.to = name + std::to_string(i) + "@example.test";
    message.items = {{"subject", "您好 " + std::to_string(i), ""},
                     {"body", "我们想您了。\n.\nA line, and “quotes”.", ""}};
    world.waiting[i] = message;
  }
  // Two lives that end in the middle of their work, and one that ends well.
  for (const std::size_t end : {60, 120, 200}) {
    world.start();
    REQUIRE(wait_until([&] {
      world.offer();
      return world.reported() >= end;
    }));
    world.dispatcher->stop(end < 200 ? std::chrono::milliseconds(0) : std::chrono::milliseconds(5'000));
  }
  std::size_t doubtful = 0;
  for (const auto& [key, report] : world.reports) {
    CAPTURE(key, report.reason);
    doubtful += report.outcome == OutcomeKind::unknown_accepted;
    if (report.outcome == OutcomeKind::unknown_accepted) continue;
    const bool is_refused = key >= 180 && key < 190;
    CHECK(report.outcome == (is_refused ? OutcomeKind::rejected_recipient : OutcomeKind::accepted));
    CHECK(report.suppress == is_refused);
    if (is_refused) CHECK(report.reason == "550 5.1.1 no such address");
  }
  CHECK(doubtful <= 10);  // what was under way when a life ended, five connections each

  // A mail that was taken is delivered; one that nobody knows about may be.
  const auto arrived = [&] {
    std::size_t count = 0;
    for (const auto& [key, report] : world.reports) {
      if (key < 180 && report.outcome == OutcomeKind::accepted)
        count += mails_in(mail + "/u" + std::to_string(key)) > 0;
    }
    return count;
  };
  std::size_t taken = 0, returned = 0;
  for (const auto& [key, report] : world.reports) {
    taken += key < 180 && report.outcome == OutcomeKind::accepted;
    returned += key >= 190 && report.outcome == OutcomeKind::accepted;
  }
  CHECK(wait_until([&] { return arrived() == taken; }));
  for (unsigned i = 0; i < 180; ++i) CHECK(mails_in(mail + "/u" + std::to_string(i)) <= 1);

  // What came back is read when the next life looks for it.
  REQUIRE(wait_until([&] { return mails_in(mail + "/bounces") >= returned; }));
  world.start();
  CHECK(wait_until([&] {
    const std::lock_guard lock(world.mutex);
    return world.receipts.size() >= returned;
  }));
  for (const auto& [key, receipt] : world.receipts) {
    CHECK(receipt.kind == ReceiptKind::failed);
    CHECK(receipt.suppress);
    CHECK(receipt.reason == "returned, 5.1.1");
  }
  CHECK(wait_until([&] { return mails_in(mail + "/bounces") == 0; }));  // put away
  world.dispatcher->stop();

  const std::string box =
      mail + "/u" + std::to_string(std::find_if(world.reports.begin(), world.reports.end(), [](const auto& r) {
                                     return r.second.outcome == OutcomeKind::accepted;
                                   })->first);
  const auto verified =
      env::run_process({"/usr/bin/python3", "tests/support/mail/verify_dkim.py",
                        files::directory_iterator(box + "/new")->path().string(), folder.file("dkim.pub")});
  REQUIRE(verified);
  if (verified->exit_code == 77) {
    WARN("python3-dkim is not installed: the signature was not verified");
  } else {
    CHECK(verified->out == "fine\n");
  }
}

}  // namespace
}  // namespace tend::channel
