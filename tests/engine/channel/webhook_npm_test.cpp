// Real requests of the webhook adapter, verified by npm's `standardwebhooks`.
#include <filesystem>
#include <fstream>

#include "engine/channel/host.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/webhook.hpp"
#include "engine/env/process.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/support/beside.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

TEST_CASE(
    "webhook: npm's standardwebhooks verifies what is really sent, with the new secret, the old one, and no other") {
  TempFolder folder;
  const auto npm = env::run_process({"npm", "--version"});
  if (!npm) {
    WARN("npm is not installed: nothing was verified");
    return;
  }
  std::filesystem::copy("tests/support/webhook/receiver.mjs", folder.path() + "/receiver.mjs");
  std::ofstream(folder.path() + "/package.json") << R"({"private": true, "type": "module"})";
  const auto installed = env::run_process({"npm", "install", "--prefix", folder.path(), "--no-audit", "--no-fund",
                                           "--loglevel=error", "standardwebhooks@1.0.0"});
  REQUIRE(installed);
  INFO(installed->err);
  REQUIRE(installed->exit_code == 0);

  const std::string fresh = "whsec_" + base64(std::string(32, 'n')), old = "whsec_" + base64(std::string(24, 'o'));
  for (const bool rotated : {false, true}) {
    const Beside receiver({"node", folder.file("receiver.mjs"), rotated ? old : fresh});
    REQUIRE(!receiver.line().empty());
    std::map<std::string, std::string> options = {
        {"url", "http://127.0.0.1:" + receiver.line() + "/hook"}, {"secret", fresh}, {"allow_private", "true"}};
    if (rotated) options["old_secret"] = old;
    const auto remote = test::make("webhook", options);
    options["secret"] = "whsec_" + base64(std::string(32, 'x'));
    options.erase("old_secret");
    const auto stranger = test::make("webhook", options);
    boost::asio::io_context context;
    const auto host = make_host(context, env::real_clock());
    REQUIRE(host);
    const auto send = [&](Remote& by, unsigned number) {
      const Message message =
          test::message_to("", {{"text", "你好, \"you\" \n #" + std::to_string(number), ""}}, number);
      std::vector<Outcome> outcomes;
      boost::asio::co_spawn(context, by.submit(std::span(&message, 1), **host),
                            [&](const std::exception_ptr&, std::vector<Outcome> all) { outcomes = std::move(all); });
      context.restart();
      while (outcomes.empty() && context.run_one() > 0) {
      }
      return outcomes.at(0);
    };
    for (unsigned i = 0; i < 20; ++i) CHECK(send(*remote, i).fate == Fate::accepted);
    CHECK(send(*stranger, 99).reason == "HTTP 400");
  }
}

}  // namespace
}  // namespace tend::channel
