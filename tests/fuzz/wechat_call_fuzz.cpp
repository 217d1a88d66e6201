// Calls of WeCom and the Official Account: what comes signed and sealed holds any text, what is not signed any bytes.
// What opens is what was sealed, and nothing that is read ends the process.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/text/must.hpp"
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/wechat_call.hpp"
#include "engine/channel/platform/wechat_oa.hpp"
#include "engine/channel/platform/wecom_callback.hpp"
#include "engine/channel/platform/xml.hpp"
#include "tests/engine/channel/sealing.hpp"

using namespace tend;
using namespace tend::channel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Seal seal = *make_seal("t", test::kAesKey, "wx5823bf96d3bd56c7");
  static const Seal plain = *make_seal("t", "", "wx5823bf96d3bd56c7");
  if (size == 0) return 0;
  const std::uint8_t how = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  WecomAccount account("http://127.0.0.1:1", "wx5823bf96d3bd56c7", "s");
  if (how % 4 == 0) {  // the event is ours, whatever it says
    const CallbackRequest request = test::sealed_call(seal, text);
    const SealedCall call = open_call(request, seal);
    const bool fits = text.size() < 100'000;
    CHECK_OR_DIE(!fits || (call.status == 200 && call.text == text), "what was sealed opens");
    take_wecom_call(request, seal, account, 0);
    take_wechat_call(request, seal, 0);
  } else if (how % 4 == 1) {  // signed, but sealed by chance
    CallbackRequest request{.method = how & 8 ? "GET" : "POST"};
    const std::string sealed = how & 16 ? base64(text) : std::string(text);
    request.query = form({{"timestamp", "1"},
                          {"nonce", "2"},
                          {"echostr", sealed},
                          {"msg_signature", wechat_signature({"t", "1", "2", sealed})}});
    request.body = "<xml><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>";
    take_wecom_call(request, seal, account, 0);
  } else if (how % 4 == 2) {  // signed and not sealed
    CallbackRequest request{.method = "POST"};
    request.query = form({{"timestamp", "1"}, {"nonce", "2"}, {"signature", wechat_signature({"t", "1", "2"})}});
    request.body = text;
    const Callback out = take_wechat_call(request, plain, 0);
    CHECK_OR_DIE(out.status == 200 || out.status == 400, "what is signed is read, or no XML");
    CHECK_OR_DIE((out.status == 200) == read_xml(text).has_value(), "it is taken when it is XML");
  } else {  // from anybody
    CallbackRequest request{.method = how & 8 ? "GET" : "POST"};
    const std::size_t middle = text.size() / 2;
    request.query = text.substr(0, middle);
    request.body = text.substr(middle);
    CHECK_OR_DIE(take_wecom_call(request, seal, account, 0).inbound.empty(), "nobody is believed without a signature");
    CHECK_OR_DIE(take_wechat_call(request, plain, 0).inbound.empty(), "nobody is believed without a signature");
  }
  return 0;
}
