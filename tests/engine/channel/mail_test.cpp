// Mail: how it is written, what servers' replies mean, what comes back later.
#include "engine/channel/mail/smtp.hpp"

#include <filesystem>
#include <fstream>

#include "engine/channel/mail/report.hpp"
#include "engine/channel/mail/smtp_codes.hpp"
#include "engine/channel/platform/sign.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/engine/channel/virtual_host.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

const std::string kKey = "0123456789abcdef0000000000000001";  // of test::message_to

std::string header(const Mail& mail, const std::string& name) {
  for (const auto& [given, value] : mail.headers) {
    if (given == name) return value;
  }
  return "none";
}

MailStyle style() {
  MailStyle style;
  style.from = {"Tea House", "tea@us.example"};
  return style;
}

TEST_CASE("a mail has one recipient, a Message-ID from the key, and the message's lines") {
  const Message message = test::message_to(
      "a@b.example", {{"subject", "Hello", ""}, {"body", "Line 1\nLine 2", ""}, {"link", "https://x.example/a", ""}});
  const auto mail = write_mail(style(), message);
  REQUIRE(mail);
  CHECK(mail_bytes(*mail) ==
        "From: \"Tea House\" <tea@us.example>\r\nTo: a@b.example\r\nSubject: Hello\r\n"
        "Date: Mon, 05 Jan 2026 02:00:00 +0000\r\nMessage-ID: <" +
            kKey +
            "@us.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
            "Line 1\r\nLine 2\r\n\r\nhttps://x.example/a\r\n");
}

TEST_CASE("headers take no line ends, and other scripts become encoded words") {
  CHECK(header_text("a\r\nBcc: x@y.example") == "a  Bcc: x@y.example");
  CHECK(header_text("送您一张券") == "=?utf-8?B?6YCB5oKo5LiA5byg5Yi4?=");
  CHECK(header_text("=?utf-8?B?eA==?=").starts_with("=?utf-8?B?PT91"));
  const std::string many =
      header_text(std::string("券") + std::string(20, 'x') + "券券券券券券券券券券券券券券券券券券券券");
  for (std::size_t at = 0; at < many.size();) {
    const std::size_t end = std::min(many.find("\r\n ", at), many.size());
    CHECK(end - at <= 75);
    const auto text = from_base64(many.substr(at + 10, end - at - 12));
    REQUIRE(text);
    CHECK((text->at(0) & 0xC0) != 0x80);  // no character is cut
    at = end + 3;
  }
  CHECK(header_mailbox({"茶", "a@b.example"}) == "=?utf-8?B?6Iy2?= <a@b.example>");
  CHECK(header_mailbox({"A \"B\"", "a@b.example"}) == "\"A \\\"B\\\"\" <a@b.example>");
  for (const char* bad : {"", "a", "@b", "a@", "a@b\r\nX: y", "a@b <c@d>", "a b@c", "<a@b>", "a@b,c@d", "a@b@c"}) {
    CAPTURE(bad);
    CHECK(!is_address(bad));
  }
  CHECK(!read_mailbox("x <a@b> y"));
  CHECK(!read_mailbox("x\r\nBcc: c@d <a@b>"));
  CHECK(read_mailbox(" \"Tea House\" <tea@us.example> ")->name == "Tea House");
}

TEST_CASE("bodies are written so that no line is long and every byte comes back") {
  const auto written = [](const std::string& text) {
    Mail mail;
    set_body(mail, "text/plain", text);
    for (std::size_t at = 0; at < mail.body.size();) {
      const std::size_t end = mail.body.find("\r\n", at);
      REQUIRE(end != std::string::npos);
      CHECK(end - at <= 200);
      for (std::size_t i = at; i < end; ++i) CHECK((mail.body[i] >= 0x20 || mail.body[i] == '\t'));
      at = end + 2;
    }
    return header(mail, "Content-Transfer-Encoding") + "|" + mail.body;
  };
  CHECK(written("one\rtwo\r\nthree\n") == "7bit|one\r\ntwo\r\nthree\r\n");
  CHECK(written("Preis: 5 €, das ist nicht viel für so viel Tee") ==
        "quoted-printable|Preis: 5 =E2=82=AC, das ist nicht viel f=C3=BCr so viel Tee\r\n");
  CHECK(written("a = b; end \nü in a rather long line of text").starts_with("quoted-printable|a =3D b; end=20\r\n"));
  CHECK(written("我们想您了") == "base64|5oiR5Lus5oOz5oKo5LqGDQo=\r\n");
  CHECK(written(std::string(5'000, 'x')).starts_with("quoted-printable|xxx"));
  CHECK(written(std::string(900, '\0')).starts_with("quoted-printable|=00=00"));
}

TEST_CASE("marketing has the headers of one-click unsubscribing, other mail only where the message has a link for it") {
  MailStyle with = style();
  with.unsubscribe_url = "https://u.example/{key}";
  with.unsubscribe_mailto = "u+{key}@us.example";
  Message message = test::message_to("a@b.example", {{"body", "x", ""}});
  auto mail = write_mail(with, message);
  REQUIRE(mail);
  CHECK(header(*mail, "List-Unsubscribe") ==
        "<https://u.example/" + kKey + ">,\r\n <mailto:u+" + kKey + "@us.example>");
  CHECK(header(*mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click");
  message.marketing = false;
  CHECK(header(*write_mail(with, message), "List-Unsubscribe") == "none");
  message.items.push_back({"unsubscribe", "https://u.example/signed?t=1", ""});
  mail = write_mail(style(), message);
  CHECK(header(*mail, "List-Unsubscribe") == "<https://u.example/signed?t=1>");
  CHECK(mail->body.find("https://u.example/signed?t=1") != std::string::npos);
  MailStyle page = style();
  page.html = true;
  page.unsubscribe_text = "退订 & more";
  page.footer = "Tea House <Hangzhou>";
  message.marketing = true;
  message.items.push_back({"open", "https://u.example/o/1", ""});
  const auto decoded = write_mail(page, message);
  REQUIRE(decoded);
  page.unsubscribe_text = "Unsubscribe";
  const std::string body = write_mail(page, message)->body;
  CHECK(body.find("Tea House &lt;Hangzhou>") != std::string::npos);
  CHECK(body.find("https://u.example/o/1") != std::string::npos);
  message.marketing = false;
  message.items.pop_back();
  CHECK(write_mail(page, message)->body.find("Tea House") == std::string::npos);
  message.items.back().text = "https://u.example/>\r\nBcc: x@y.example";
  CHECK(!write_mail(style(), message));
  message.items.back().text = "https://u.example/" + std::string(1'000, 'x');
  CHECK(!write_mail(style(), message));
}

TEST_CASE("DKIM's canonical forms are those of RFC 6376 §3.4.5") {
  CHECK(relaxed_header("A", " X\r\n") == "a:X\r\n");
  CHECK(relaxed_header("B ", " Y\t\r\n\tZ  \r\n").substr(2) == ":Y Z\r\n");
  CHECK(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n");
  CHECK(relaxed_body("\r\n\r\n").empty());
  CHECK(relaxed_body("").empty());
  CHECK(!DkimKey::read("no key", "us.example", "s1"));
}

TEST_CASE("what a mail server's replies mean") {
  struct Row {
    int code;
    const char* text;
    Fate fate;
    Scope scope;
    bool suppress = false;
  };
  const std::vector<Row> rows = {
      {250, "250 2.0.0 Ok", Fate::accepted, Scope::recipient},
      {421, "421 4.7.0 later", Fate::throttled, Scope::domain},
      {450, "450 4.2.1 too fast", Fate::throttled, Scope::domain},
      {450, "450 4.7.1 greylisted", Fate::throttled, Scope::domain},
      {452, "452 4.5.3 too many", Fate::throttled, Scope::domain},
      {454, "454 4.7.0 no TLS now", Fate::throttled, Scope::domain},
      {452, "452 4.2.2 full", Fate::deferred, Scope::recipient},
      {451, "451 4.3.0 later", Fate::deferred, Scope::recipient},
      {450, "450 later", Fate::deferred, Scope::recipient},
      {535, "535 5.7.8 bad credentials", Fate::rejected, Scope::account},
      {530, "530 5.7.0 login first", Fate::rejected, Scope::account},
      {550, "550 5.1.1 <a@b.example>: nobody", Fate::rejected, Scope::recipient, true},
      {550, "550 5.1.2 no host", Fate::rejected, Scope::recipient, true},
      {550, "550 5.1.10 null MX", Fate::rejected, Scope::recipient, true},
      {553, "553 no such mailbox", Fate::rejected, Scope::recipient, true},
      {552, "552 5.2.2 full", Fate::rejected, Scope::recipient},
      {550, "550 5.7.1 spam", Fate::rejected, Scope::domain},
      {554, "554 5.7.1 relay denied", Fate::rejected, Scope::domain},
      {552, "552 5.3.4 too big", Fate::rejected, Scope::request},
      {554, "554 no", Fate::rejected, Scope::request},
      {550, "550 no", Fate::rejected, Scope::recipient},
      {501, "501 5.5.4 bad syntax", Fate::rejected, Scope::request},
      {99, "??", Fate::deferred, Scope::account},
  };
  for (const Row& row : rows) {
    const Outcome outcome = outcome_of_reply(row.code, row.text);
    CAPTURE(row.text, outcome.reason);
    CHECK(outcome.fate == row.fate);
    if (row.fate != Fate::accepted) CHECK(outcome.scope == row.scope);
    CHECK(outcome.suppress == row.suppress);
    CHECK(outcome.reason.find('@') == std::string::npos);
  }
  CHECK(outcome_of_reply(550, "550 5.1.1 <a@b.example>: nobody").reason == "550 5.1.1 no such address");
  for (const char* soft : {"452 4.2.2 full", "451 4.3.0 later", "450 later", "552 5.2.2 full"})
    CHECK(outcome_of_reply(std::stoi(soft), soft).soft);
  for (const char* other : {"250 2.0.0 Ok", "450 4.7.1 greylisted", "421 4.7.0 later", "550 5.1.1 nobody", "550 no",
                            "550 5.7.1 spam", "552 5.3.4 too big", "535 5.7.8 bad credentials"})
    CHECK_FALSE(outcome_of_reply(std::stoi(other), other).soft);
}

/// A server that always says the same.
struct Server {
  VirtualHost host;
  MailAnswer answer;
  std::vector<MailRequest> requests;
  std::unique_ptr<Remote> remote;

  explicit Server(std::initializer_list<std::pair<const std::string, std::string>> given = {}) {
    std::map<std::string, std::string> options = given;
    options.emplace("server", "smtp://127.0.0.1:25");
    options.emplace("from", "Tea House <tea@us.example>");
    remote = test::make("smtp", std::move(options));
    host.on_mail = [this](const MailRequest& request) {
      requests.push_back(request);
      return answer;
    };
    host.clock.set(test::ScriptedHost::kStart);
    answer.code = 250;
    answer.text = "250 2.0.0 Ok";
  }
  Outcome send(const Message& message) { return run(host, remote->submit(std::span(&message, 1), host)).at(0); }
  Outcome send() { return send(test::message_to("a@b.example", {{"body", "x", ""}})); }
};

TEST_CASE("smtp: the envelope has the key, one recipient, and TLS unless told otherwise") {
  Server server({{"bounce", "bounce@us.example"}, {"user", "u"}, {"password", "p"}});
  const Outcome outcome = server.send();
  CHECK(outcome.fate == Fate::accepted);
  CHECK(outcome.provider_id == kKey);
  REQUIRE(server.requests.size() == 1);
  CHECK(server.requests[0].from == "bounce+" + kKey + "@us.example");
  CHECK(server.requests[0].to == "a@b.example");
  CHECK(server.requests[0].require_tls);
  CHECK(server.requests[0].password == "p");
  Server plain({{"tls", "none"}});
  plain.send();
  CHECK(plain.requests[0].from == "tea@us.example");
  CHECK(!plain.requests[0].require_tls);
}

TEST_CASE("smtp: how far a mail came decides") {
  Server server;
  server.answer = {};
  server.answer.reached = Reached::no;
  server.answer.error = "Connection refused";
  CHECK(server.send().fate == Fate::deferred);
  CHECK(server.send().scope == Scope::account);
  server.answer.reached = Reached::maybe;
  CHECK(server.send().fate == Fate::unknown);
  CHECK(server.remote->capabilities().unknown == Unknown::once);
  CHECK(server.send(test::message_to("no address", {})).fate == Fate::rejected);
  CHECK(server.requests.size() == 3);  // that one was not tried
}

TEST_CASE(
    "smtp: who is put off waits longer each time, and is given up after a day, or three where it is no marketing") {
  Server server;
  server.answer.code = 451;
  server.answer.text = "451 4.3.0 later";
  Message message = test::message_to("a@b.example", {{"body", "x", ""}});
  const std::int64_t minutes[] = {5, 15, 60, 120, 240, 240, 240};
  for (; message.attempt < 7; ++message.attempt) {
    CHECK(server.send(message).until == server.host.clock.now() + minutes[message.attempt] * env::kMinute);
  }
  server.host.clock.advance(21 * env::kHour);
  const Outcome given_up = server.send(message);
  CHECK(given_up.fate == Fate::rejected);
  CHECK(!given_up.suppress);
  CHECK(given_up.soft);
  CHECK(given_up.reason == "given up, the last answer was: 451 4.3.0 not now");
  message.marketing = false;
  CHECK(server.send(message).fate == Fate::deferred);
  server.host.clock.advance(48 * env::kHour);
  CHECK(server.send(message).fate == Fate::rejected);
}

std::string bounce(const std::string& action, const std::string& status, const std::string& to, const std::string& id) {
  return "Return-Path: <>\r\nTo: " + to +
         "\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"=_b\"\r\n\r\n"
         "preamble\r\n--=_b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
         "--=_b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
         "Final-Recipient: rfc822; a@b.example\r\nAction: " +
         action + "\r\nStatus: " + status +
         "\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n <a@b.example> nobody\r\n\r\n"
         "--=_b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <" +
         id + ">\r\nSubject: x\r\n\r\n--=_b--\r\n";
}

TEST_CASE("a bounce is found by the envelope's address or by the Message-ID, and by nothing else") {
  for (const bool by_envelope : {true, false}) {
    const auto receipts =
        read_report(bounce("failed", "5.1.1", by_envelope ? "<bounce+" + kKey + "@us.example>" : "bounce@us.example",
                           by_envelope ? "x@y" : kKey + "@us.example"));
    REQUIRE(receipts.size() == 1);
    CHECK(receipts[0].kind == ReceiptKind::failed);
    CHECK(receipts[0].key == kKey);
    CHECK(receipts[0].suppress);
    CHECK(receipts[0].reason == "returned, 5.1.1");
    CHECK(receipts[0].to.empty());
  }
  CHECK(read_report(bounce("failed", "5.1.1", "bounce@us.example", "x@y")).empty());
}

TEST_CASE("which reports are receipts") {
  const auto read = [](const std::string& action, const std::string& status) {
    return read_report(bounce(action, status, "", kKey + "@us.example"));
  };
  struct Row {
    const char* status;
    bool suppress = false, soft = false, policy = false;
  };
  for (const Row& row : {Row{"4.4.7", false, true}, Row{"4.2.2", false, true}, Row{"4.3.1", false, true},
                         Row{"5.2.2", false, true}, Row{"4.7.1", false, false, true}, Row{"5.7.1", false, false, true},
                         Row{"5.1.1", true}, Row{"5.1.10", true}, Row{"5.0.0"}, Row{"5.2.1"}, Row{"nonsense"}}) {
    CAPTURE(row.status);
    const Receipt receipt = read("failed", row.status).at(0);
    CHECK(receipt.kind == ReceiptKind::failed);
    CHECK(receipt.suppress == row.suppress);
    CHECK(receipt.soft == row.soft);
    CHECK(receipt.policy == row.policy);
  }
  CHECK_FALSE(read("delivered", "2.0.0").at(0).soft);
  CHECK(read("Failed", "5.1.10").at(0).suppress);
  CHECK(read("delivered", "2.0.0").at(0).kind == ReceiptKind::delivered);
  CHECK(read("delayed", "4.4.7").empty());
  CHECK(read("relayed", "2.0.0").empty());
  CHECK(read("", "").empty());
}

TEST_CASE("a complaint is a withdrawal") {
  const auto feedback = [](const std::string& type) {
    return read_report(
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
        "Content-Type: text/plain\n\nx\n--b\nContent-Type: message/feedback-report\n"
        "Content-Transfer-Encoding: base64\n\n" +
        base64("Feedback-Type: " + type + "\nVersion: 1\nOriginal-Rcpt-To: <other@b.example>\n") +
        "\n--b\nContent-Type: message/rfc822\n\nFrom: x\nMessage-Id:\n <" + kKey + "@us.example>\n\nHello\n--b--\n");
  };
  const auto receipts = feedback("abuse");
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].kind == ReceiptKind::complained);
  CHECK(receipts[0].suppress);
  CHECK(receipts[0].key == kKey);
  CHECK(receipts[0].to.empty());
  CHECK(feedback("opt-out").at(0).kind == ReceiptKind::unsubscribed);
  CHECK(feedback("not-spam").empty());
}

TEST_CASE("any bytes at all are read without harm") {
  const std::string whole = bounce("failed", "5.1.1", "<bounce+" + kKey + "@us.example>", kKey + "@us.example");
  for (std::size_t size = 0; size <= whole.size(); ++size) read_report(std::string_view(whole).substr(0, size));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x5A);
    read_report(broken);
  }
  CHECK(read_report("").empty());
  CHECK(read_report(std::string(3'000'000, '\n')).empty());
  std::string many = "Content-Type: multipart/report; boundary=b\n\n";
  for (int i = 0; i < 100'000; ++i) many += "--b\n\n";
  CHECK(read_report(many).empty());
}

TEST_CASE("smtp: bounces are read from a folder, and put away when they are kept") {
  TempFolder folder;
  std::filesystem::create_directories(folder.path() + "/new");
  std::ofstream(folder.file("new/1.a")) << bounce("failed", "5.1.1", "<bounce+" + kKey + "@us.example>", "x");
  std::ofstream(folder.file("new/2.b")) << "Subject: holidays\n\nI am away.\n";
  Server server({{"bounces", folder.path()}});
  env::Moment again = 0;
  for (int i = 0; i < 2; ++i) {  // until it is kept, it is told again
    const News news = run(server.host, server.remote->gather(again, server.host));
    CHECK(news.receipts.size() == 1);
    CHECK(again == server.host.clock.now() + 30'000);
  }
  server.remote->gathered();
  CHECK(run(server.host, server.remote->gather(again, server.host)).receipts.empty());
  CHECK(std::filesystem::exists(folder.file("cur/1.a:2,S")));
  CHECK(std::filesystem::exists(folder.file("cur/2.b:2,S")));
  Server without;
  run(without.host, without.remote->gather(again, without.host));
  CHECK(again == env::kNoMoment);
}

TEST_CASE("smtp: options that cannot be are refused in a sentence") {
  const auto refused = [](std::map<std::string, std::string> options) {
    options.emplace("server", "smtp://x");
    options.emplace("from", "a@b.example");
    auto made = make_smtp(ChannelConfig{.name = "mail", .adapter = "smtp", .options = std::move(options)});
    REQUIRE(!made);
    return made.error().message;
  };
  CHECK(refused({{"server", "mail.example"}}) ==
        "`server` cannot be `mail.example`, it begins with `smtp://` or `smtps://`");
  CHECK(refused({{"from", "Tea House"}}) == "`from` cannot be `Tea House`, it is an address");
  CHECK(refused({{"tls", "maybe"}}) == "`tls` cannot be `maybe`, it is `required` or `none`");
  CHECK(refused({{"dkim_domain", "x"}}) == "`dkim_domain`, `dkim_selector` and `dkim_key` belong together");
  CHECK(refused({{"dkim_domain", "x"}, {"dkim_selector", "s"}, {"dkim_key", "secret"}}).find("secret") ==
        std::string::npos);
  CHECK(refused({{"bounce", "x"}}) == "`bounce` cannot be `x`, it is an address");
  CHECK(refused({{"soft_bounces", "many"}}).starts_with("`soft_bounces` cannot be `many`"));
  CHECK(refused({{"soft_bounces", "1001"}}).starts_with("`soft_bounces` cannot be `1001`"));
  CHECK(refused({{"soft_bounce_days", "400"}}).starts_with("`soft_bounce_days` cannot be `400`"));
}

}  // namespace
}  // namespace tend::channel
