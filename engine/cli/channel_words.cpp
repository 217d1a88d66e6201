// The table of translations, by the English text.
#include "engine/cli/channel_words.hpp"

#include <algorithm>
#include <iterator>

namespace tend::cli {
namespace {

struct Word {
  std::string_view en, zh;
};

constexpr Word kWords[] = {
    {"the file that messages are written to", "写入消息的文件"},
    {"the attribute with the customer's address on this channel", "客户在该渠道上的地址所在的属性"},
    {"the attribute with the person whom messages go through", "经由哪位员工发送，所在的属性"},
    {"how many calls may be under way at a time", "同时进行的调用数上限"},
    {"how fast messages may go to one address", "发往同一地址的速度上限"},
    {"how fast messages may go to addresses with the same `@…`", "发往同一域名（`@…`）的速度上限"},
    {"how fast the channel may be used, as `200/s`, `100/min`, `5000/h`, `20000/day`",
     "渠道的速度上限，写作 `200/s`、`100/min`、`5000/h`、`20000/day`"},
    {"sends approved SMS by Aliyun (阿里云短信)", "通过阿里云短信发送已审核的短信"},
    {"prints messages, for trying things out", "把消息打印出来，供试用"},
    {"writes messages to a file of JSON lines", "把消息写入 JSON 行文件"},
    {"sends mail by a mail server", "通过邮件服务器发送邮件"},
    {"sends approved SMS by Tencent Cloud (腾讯云短信)", "通过腾讯云短信发送已审核的短信"},
    {"sends SMS and MMS by Twilio", "通过 Twilio 发送短信和彩信"},
    {"posts messages to an address of your own, signed", "把消息签名后 POST 到您自己的地址"},
    {"messages of a WeChat Official Account (公众号)", "微信公众号消息"},
    {"mass messages to customers on WeCom (企业微信), which staff confirm", "企业微信客户群发，由员工确认"},
    {"messages to members of staff on WeCom", "发给企业微信成员的消息"},
    {"the welcome to a new customer on WeCom", "企业微信新客户欢迎语"},
    {"the AccessKey ID", "AccessKey ID"},
    {"the AccessKey secret", "AccessKey Secret"},
    {"the approved sign that stands before each text", "短信前的已审核签名"},
    {"the digits behind the sender's number, by which replies are told apart", "发送号码后的扩展码，用来区分回复"},
    {"how the workspace writes Chinese numbers, `local` (139…) or `e164` (+86139…)",
     "工作区中手机号的写法，`local`（139…）或 `e164`（+86139…）"},
    {"what calls of the platform carry as `key` in their address", "平台回调地址中 `key` 的值"},
    {"after how many seconds a message that the platform does not know was never taken",
     "多少秒后，平台查不到的消息算作从未收到"},
    {"the platform's address", "平台的地址"},
    {"the SecretId", "SecretId"},
    {"the SecretKey", "SecretKey"},
    {"the SmsSdkAppId", "SmsSdkAppId"},
    {"the region, `ap-guangzhou` if none is given", "地域，不写则为 `ap-guangzhou`"},
    {"the sender's name, outside China", "中国大陆以外的发送者名称"},
    {"how many seconds to wait before asking once more for a message that the platform does not know",
     "平台查不到消息时，隔多少秒再查一次"},
    {"the Account SID", "Account SID"},
    {"the account's auth token, which its calls are signed with too", "账户的 auth token，平台的回调也用它签名"},
    {"the SID of an API key, to call with it in place of the token", "API key 的 SID，用它代替 token 调用"},
    {"the API key's secret", "API key 的密钥"},
    {"the number to send from", "发送号码"},
    {"the SID of a messaging service to send by, in place of `from`", "用来代替 `from` 的 messaging service 的 SID"},
    {"the public address of this channel's receipts", "该渠道回执的公网地址"},
    {"after how many seconds a message that still waits in Twilio's queue is dropped",
     "在 Twilio 队列中等待多少秒后丢弃"},
    {"after how many seconds a message that Twilio does not know was never taken",
     "多少秒后，Twilio 查不到的消息算作从未收到"},
    {"the corp's ID (企业ID)", "企业ID"},
    {"the app's secret, of an app that may call the customer APIs", "应用的 secret，该应用可调用客户联系接口"},
    {"the Token of the app's callbacks", "应用回调的 Token"},
    {"the EncodingAESKey of the app's callbacks", "应用回调的 EncodingAESKey"},
    {"how many customers one task may be for", "一个群发任务最多包含多少客户"},
    {"the app's secret", "应用的 secret"},
    {"the app's AgentId", "应用的 AgentId"},
    {"for how many seconds the platform takes the same text to the same member once",
     "多少秒内，平台对同一成员的相同内容只收一次"},
    {"how many messages a member gets in a minute, beyond which the platform drops them",
     "一位成员每分钟最多收多少条，超过的平台会丢弃"},
    {"how many messages a member gets in an hour, beyond which the platform drops them",
     "一位成员每小时最多收多少条，超过的平台会丢弃"},
    {"the account's AppID", "公众号的 AppID"},
    {"the account's AppSecret", "公众号的 AppSecret"},
    {"what is sent: `service` (customer-service messages), `template` or `subscription`",
     "发送什么：`service`（客服消息）、`template`（模板消息）或 `subscription`（订阅通知）"},
    {"the customer-service account that messages come from", "发出消息的客服账号"},
    {"the Token of the account's callbacks", "公众号回调的 Token"},
    {"the EncodingAESKey of the account's callbacks", "公众号回调的 EncodingAESKey"},
    {"the address that is called", "要调用的地址"},
    {"what calls are signed with, `whsec_…` or `whsk_…`", "调用的签名密钥，`whsec_…` 或 `whsk_…`"},
    {"the secret of before, which signs too until receivers know the new one",
     "旧密钥，在接收方换用新密钥之前同时签名"},
    {"`true`: the address may be one of this machine or network, and plain http",
     "`true`：地址可以是本机或内网的，也可以是 http"},
    {"how many seconds an answer may take", "等待答复的秒数"},
    {"a file of certificates to trust in place of the system's", "代替系统证书的受信任证书文件"},
    {"the mail server, `smtp://HOST:587`, or `smtps://HOST:465`",
     "邮件服务器，`smtp://HOST:587` 或 `smtps://HOST:465`"},
    {"who writes, `Tea House <tea@example.com>`", "发件人，`茶馆 <tea@example.com>`"},
    {"where answers go, if not to `from`", "回复地址，与 `from` 不同时写"},
    {"the user to log in as", "登录用户"},
    {"the user's password", "用户的密码"},
    {"`required`, or `none` for a server on this machine", "`required`；服务器在本机时可为 `none`"},
    {"where a mail that cannot be delivered goes back to; `bounce@x` is written `bounce+KEY@x`",
     "退信地址；`bounce@x` 写成 `bounce+KEY@x`"},
    {"the maildir folder that those mails come into", "退信所在的 maildir 文件夹"},
    {"`text`, or `html` for bodies that are HTML", "`text`；正文是 HTML 时为 `html`"},
    {"the address of one-click unsubscribing, with `{key}` for the message's key",
     "一键退订的地址，`{key}` 代表消息的键"},
    {"the address that a mail unsubscribes by, with `{key}` for the message's key",
     "发邮件退订的地址，`{key}` 代表消息的键"},
    {"the domain that signs", "签名的域名"},
    {"the selector of its key", "密钥的 selector"},
    {"its private RSA key, as PEM", "RSA 私钥，PEM 格式"},
    {"an adapter in any language, by lines of JSON", "用任何语言写的适配器，以 JSON 行交谈"},
    {"the program and its arguments", "程序及其参数"},
    {"how many messages it takes at a time", "一次最多接收多少条消息"},
    {"what to do when it does not answer: `once` (it counts as sent), `again` (it is told again, with the same key), "
     "`ask` (it is asked)",
     "没有答复时怎么办：`once`（算作已发送）、`again`（用同一个键再说一次）、`ask`（询问它）"},
    {"how many seconds an answer may take, before it is killed", "等待答复的秒数，超过则终止程序"},
    {"how many megabytes it may take", "可用内存，单位 MB"},
    {"`true`: it is asked for receipts", "`true`：向它询问回执"},
    {"how many seconds the server may take for a mail", "服务器处理一封邮件的秒数上限"},
};

}  // namespace

std::string_view in_tongue(std::string_view meaning, text::Tongue tongue) {
  if (tongue == text::Tongue::en) return meaning;
  const auto* found =
      std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& word) { return word.en == meaning; });
  return found == std::end(kWords) ? meaning : found->zh;
}

}  // namespace tend::cli
