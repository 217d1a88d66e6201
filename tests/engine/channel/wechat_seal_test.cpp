// Calls of WeCom and the Official Account: the platform's vectors, paddings beyond AES's block, and all that is not
// right; XML from outside.
#include "engine/channel/platform/wechat_call.hpp"
#include "engine/channel/platform/xml.hpp"
#include "tests/engine/channel/sealing.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

using namespace test;

Seal vectors_seal() { return *make_seal("1372623149", kAesKey, "wx5823bf96d3bd56c7"); }

TEST_CASE("the platform's own sample opens") {
  const std::string sealed = "22vyvcBQ1xafTSJuhMGQuFyOAh00m2enIATgo4R6SGHY/YhofNmfwCksP3OP0Gxnq+cqnJcuvUQtjSbEu60IUA==";
  CHECK(wechat_signature({"1372623149", "1629824456", "bqe3yfbqfc7", sealed}) ==
        "6a27598fb5b01ee02684379a339fef6de65c83c2");
  CHECK(unseal(vectors_seal(), sealed) == "ECHO");  // its padding is 22
}

TEST_CASE("a padding of 31 opens") {
  const std::string sealed =
      "sKqRbbiSUnDhFHOvPjtUMcDt5Jomggz7Q8UQ4ZQQ5sVtvIjVKvA29/1QHQ7RepeAsyFuDEQZburNcscGw6/Cl/"
      "apVMVnD1qEfPTTF0TluWH8mve5lln7Zwn3ujpniO6T";
  CHECK(wechat_signature({"1372623149", "1600000000", "n1", sealed}) == "994046b5bb5e09ede8d32162c42be9679ebbb321");
  CHECK(unseal(vectors_seal(), sealed) == "<xml><Event>t</Event></xml>");
  CHECK(seal_up(vectors_seal().key, "wx5823bf96d3bd56c7", "<xml><Event>t</Event></xml>") == sealed);
}

TEST_CASE("every padding from 1 to 32 opens") {
  const Seal seal = vectors_seal();
  for (std::size_t size = 0; size < 64; ++size) {
    const std::string text(size, 'x');
    CHECK(unseal(seal, seal_up(seal.key, seal.receiver, text)) == text);
  }
}

TEST_CASE("what is not sealed for us does not open, and nothing says why") {
  const Seal seal = vectors_seal();
  CHECK_FALSE(unseal(seal, ""));
  CHECK_FALSE(unseal(seal, "AAAA"));
  CHECK_FALSE(unseal(seal, "not base64!"));
  CHECK_FALSE(unseal(seal, seal_up(seal.key, "wx_somebody_else_", "x")));
  CHECK_FALSE(unseal(seal, seal_up(seal.key, "", "x")));
  CHECK_FALSE(unseal(seal, base64(std::string(64, '\0'))));
  // A padding of 48 bytes, and none: 16 + 4 + 10 + 18 + 48 and 16 + 4 + 10 + 18 are whole blocks.
  CHECK_FALSE(unseal(seal, seal_up(seal.key, seal.receiver, "0123456789", "0123456789abcdef", 48)));
  // A length that leads beyond the end.
  const std::string long_length = std::string(16, 'r') + "\x7f\xff\xff\xff" + "x" + seal.receiver;
  CHECK_FALSE(unseal(seal, seal_up(seal.key, "", std::string(40, 'a'), long_length.substr(0, 16))));
  std::string broken = seal_up(seal.key, seal.receiver, "hello");
  broken[2] = broken[2] == 'A' ? 'B' : 'A';
  CHECK_FALSE(unseal(seal, broken));  // the next block, with the length, changes with it
  Seal other = seal;
  other.key[0] = static_cast<char>(other.key[0] ^ 1);
  CHECK_FALSE(unseal(other, seal_up(seal.key, seal.receiver, "hello")));
}

TEST_CASE("keys that are none") {
  CHECK(make_seal("t", "", "r")->key.empty());
  for (const char* key :
       {"short", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C=", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2*"})
    CHECK(make_seal("t", key, "r").error().message == "`callback_aes_key` is not the 43 letters of an EncodingAESKey");
}

TEST_CASE("a call opens when its signature is right") {
  const Seal seal = vectors_seal();
  CallbackRequest request = sealed_call(seal, "<xml><a>1</a></xml>");
  CHECK(open_call(request, seal).text == "<xml><a>1</a></xml>");
  request.query.replace(request.query.find("nonce=n1"), 8, "nonce=n2");
  CHECK(open_call(request, seal).status == 401);
  request = sealed_call(seal, "<xml/>");
  request.body = "<xml><Encrypt>";
  CHECK(open_call(request, seal).status == 400);
  request.body = "<xml></xml>";
  CHECK(open_call(request, seal).status == 401);
  Seal other = seal;
  other.token = "another";
  CHECK(open_call(sealed_call(other, "<xml/>"), seal).status == 401);
  other = seal;
  other.receiver = "another";
  CHECK(open_call(sealed_call(other, "<xml/>"), seal).status == 401);
}

TEST_CASE("XML becomes the texts of its leaves") {
  const auto fields = read_xml(
      "<?xml version=\"1.0\"?><xml><Event><![CDATA[a<b]]></Event><n>1&amp;2</n><list><i>1</i> "
      "<i>2</i></list><e/></xml>");
  REQUIRE(fields);
  CHECK(*fields ==
        XmlFields{{"xml/Event", "a<b"}, {"xml/n", "1&2"}, {"xml/list/i", "1"}, {"xml/list/i", "2"}, {"xml/e", ""}});
  CHECK(field_of(*fields, "xml/list/i") == "1");
  CHECK(field_of(*fields, "xml/nothing").empty());
}

TEST_CASE("XML that could do harm is refused") {
  CHECK_FALSE(read_xml(""));
  CHECK_FALSE(read_xml("<xml>"));
  CHECK_FALSE(read_xml("<xml></xml><xml/>"));
  CHECK_FALSE(read_xml("<!DOCTYPE xml [<!ENTITY a \"x\">]><xml>&a;</xml>"));
  CHECK_FALSE(read_xml("<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml/>"));
  CHECK_FALSE(read_xml("<xml>&unknown;</xml>"));
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  CHECK(read_xml(nested(kXmlDepthMax)));
  CHECK_FALSE(read_xml(nested(kXmlDepthMax + 1)));
  const auto many = [](std::size_t count) {
    std::string text = "<xml>";
    for (std::size_t i = 1; i < count; ++i) text += "<a/>";
    return text + "</xml>";
  };
  CHECK(read_xml(many(kXmlElementsMax)));
  CHECK_FALSE(read_xml(many(kXmlElementsMax + 1)));
  CHECK(read_xml("<" + std::string(kXmlNameMax, 'a') + "/>"));
  CHECK_FALSE(read_xml("<" + std::string(kXmlNameMax + 1, 'a') + "/>"));
  const std::string frame = "<a></a>";
  CHECK(read_xml("<a>" + std::string(kXmlBytesMax - frame.size(), 'x') + "</a>"));
  CHECK_FALSE(read_xml("<a>" + std::string(kXmlBytesMax - frame.size() + 1, 'x') + "</a>"));
}

}  // namespace
}  // namespace tend::channel
