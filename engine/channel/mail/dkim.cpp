// Canonical forms, and the signature by OpenSSL.
#include "engine/channel/mail/dkim.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "dsl/text/must.hpp"
#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

constexpr int kBitsMin = 1024;
/// Signed where they are there; who adds another of these breaks the signature of none that were not.
constexpr std::array<std::string_view, 12> kSigned = {"from",
                                                      "to",
                                                      "subject",
                                                      "date",
                                                      "message-id",
                                                      "reply-to",
                                                      "mime-version",
                                                      "content-type",
                                                      "content-transfer-encoding",
                                                      "list-id",
                                                      "list-unsubscribe",
                                                      "list-unsubscribe-post"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Runs of blanks become one, those at the end go.
std::string squeezed(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (is_blank(c)) {
      if (!out.ends_with(' ')) out += ' ';
    } else {
      out += c;
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

std::string relaxed_header(std::string_view name, std::string_view value) {
  std::string unfolded;
  for (const char c : value) {
    if (c != '\r' && c != '\n') unfolded += c;
  }
  std::string text = squeezed(unfolded);
  if (text.starts_with(' ')) text.erase(0, 1);
  return lower(name) + ":" + text + "\r\n";
}

std::string relaxed_body(std::string_view body) {
  std::string out;
  std::size_t kept = 0;  // up to the last line that is not empty
  while (!body.empty()) {
    const std::size_t end = body.find("\r\n");
    const std::string line = squeezed(body.substr(0, end));
    out.append(line).append("\r\n");
    if (!line.empty()) kept = out.size();
    body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 2);
  }
  out.resize(kept);
  return out;
}

Result<DkimKey> DkimKey::read(const std::string& pem, std::string domain, std::string selector) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(
      bio, nullptr, [](char*, int, int, void*) { return 0; }, nullptr);
  BIO_free(bio);
  DkimKey out;
  out.key_ = std::shared_ptr<void>(key, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); });
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < kBitsMin) {
    return fail(ErrorCode::invalid, "a DKIM key is an RSA key of at least 1024 bits, as PEM and without a password");
  }
  out.domain_ = std::move(domain);
  out.selector_ = std::move(selector);
  return out;
}

std::string DkimKey::sign(const Mail& mail, std::int64_t at_s) const {
  std::string names, text;
  for (const std::string_view name : kSigned) {
    const auto found = std::find_if(mail.headers.begin(), mail.headers.end(),
                                    [&](const auto& header) { return lower(header.first) == name; });
    if (found == mail.headers.end()) continue;
    names += (names.empty() ? "" : ":") + std::string(name);
    text += relaxed_header(found->first, found->second);
  }
  std::string value = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + domain_ + "; s=" + selector_ +
                      ";\r\n t=" + std::to_string(at_s) + "; h=" + names +
                      ";\r\n bh=" + base64(sha256(relaxed_body(mail.body))) + ";\r\n b=";
  std::string header = relaxed_header("DKIM-Signature", value);
  header.resize(header.size() - 2);  // its own line end is not signed
  text += header;

  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  auto* key = static_cast<EVP_PKEY*>(key_.get());
  bool fine = EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) == 1;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  fine = fine && EVP_DigestSign(context, nullptr, &size, bytes, text.size()) == 1;
  std::string signature(size, '\0');
  fine = fine &&
         EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1;
  EVP_MD_CTX_free(context);
  CHECK_OR_DIE(fine, "an RSA key that was read can sign");
  const std::string encoded = base64(signature);
  for (std::size_t at = 0; at < encoded.size(); at += 72) {
    value += (at == 0 ? "" : "\r\n ") + encoded.substr(at, 72);
  }
  return value;
}

}  // namespace tend::channel
