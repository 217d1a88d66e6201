#include "engine/script/library.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "engine/script/json.hpp"

namespace tend::script {
namespace {

constexpr std::size_t kDecodeMax = 4u << 20;  // bytes of JSON
constexpr std::size_t kPrintMax = 64u << 10;  // bytes that one child may print
constexpr std::size_t kPrintLineMax = 1u << 10;
constexpr std::array<const char*, 4> kDigests = {"md5", "sha1", "sha256", "sha512"};

/// A function of the library: how many results it pushed, or -1 and why not. C++'s exceptions end here, and nothing
/// with a destructor is left when Lua's error leaves.
using Function = int (*)(lua_State* lua, std::string& why);
template <Function function>
int guarded(lua_State* lua) {
  char text[256];
  {
    std::string why;
    int results = -1;
    try {
      results = function(lua, why);
    } catch (const std::exception&) {
      why = "not enough memory";
    }
    if (results >= 0) return results;
    std::memcpy(text, why.data(), std::min(why.size(), sizeof(text) - 1));
    text[std::min(why.size(), sizeof(text) - 1)] = '\0';
  }
  return luaL_error(lua, "%s", text);
}

std::string_view text_at(lua_State* lua, int at) {
  std::size_t size = 0;
  const char* text = luaL_checklstring(lua, at, &size);
  return {text, size};
}

int encode(lua_State* lua, std::string& why) {
  luaL_checkany(lua, 1);
  lua_settop(lua, 1);
  std::string out;
  why = write_json(lua, 1, out, Bytes::replaced);
  if (!why.empty()) return -1;
  lua_pushlstring(lua, out.data(), out.size());
  return 1;
}

/// The value, or nil and why the text is none.
int decode(lua_State* lua, std::string& why) {
  const std::string_view text = text_at(lua, 1);
  const bool is_long = text.size() > kDecodeMax;
  const auto json = is_long ? nlohmann::json() : nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (is_long || json.is_discarded()) {
    lua_pushnil(lua);
    lua_pushstring(lua, is_long ? "it is too long" : "it is no JSON");
    return 2;
  }
  static_cast<void>(why);
  push_json(lua, json);
  return 1;
}

int list(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 1);
  mark_list(lua);
  return 1;
}

int write_request(lua_State* lua, std::string& why) {
  std::string out;
  why = write_json(lua, 1, out, Bytes::refused);
  if (!why.empty()) {
    why = "http: " + why;
    return -1;
  }
  lua_pushlstring(lua, out.data(), out.size());
  return 1;
}

/// The request goes to who runs us; what comes back are the results of the call.
int http(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_getfield(lua, LUA_REGISTRYINDEX, "tend.asked");
  if (lua_isnil(lua, -1)) return luaL_error(lua, "http: nobody has asked anything yet");
  lua_settop(lua, 1);
  guarded<write_request>(lua);
  return lua_yield(lua, 1);
}

int push_hex(lua_State* lua, const unsigned char* bytes, std::size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  lua_pushlstring(lua, out.data(), out.size());
  return 1;
}

const EVP_MD* digest_at(lua_State* lua, int at) {
  const std::string_view name = text_at(lua, at);
  for (const char* known : kDigests) {
    if (name == known) return EVP_get_digestbyname(known);
  }
  luaL_error(lua, "there is no digest of this name, there are md5, sha1, sha256 and sha512");
  return nullptr;
}

/// hash("sha256", text): its bytes.
int hash(lua_State* lua, std::string& why) {
  const EVP_MD* digest = digest_at(lua, 1);
  const std::string_view text = text_at(lua, 2);
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), out, &size, digest, nullptr) != 1) {
    why = "this machine has no such digest";
    return -1;
  }
  lua_pushlstring(lua, reinterpret_cast<const char*>(out), size);
  return 1;
}

/// hmac("sha256", key, text): its bytes.
int hmac(lua_State* lua, std::string& why) {
  const EVP_MD* digest = digest_at(lua, 1);
  const std::string_view key = text_at(lua, 2), text = text_at(lua, 3);
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), out, &size) == nullptr) {
    why = "this machine has no such digest";
    return -1;
  }
  lua_pushlstring(lua, reinterpret_cast<const char*>(out), size);
  return 1;
}

int hex(lua_State* lua, std::string&) {
  const std::string_view text = text_at(lua, 1);
  return push_hex(lua, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

int base64(lua_State* lua, std::string&) {
  const std::string_view text = text_at(lua, 1);
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  lua_pushlstring(lua, out.data(), out.size() - 1);
  return 1;
}

/// same(a, b): takes as long wherever they differ.
int same(lua_State* lua, std::string&) {
  const std::string_view a = text_at(lua, 1), b = text_at(lua, 2);
  lua_pushboolean(lua, a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0 ? 1 : 0);
  return 1;
}

/// For addresses and forms: all but letters, digits and `-._~` as `%XX`. Source: RFC 3986, 2.3.
int escape(lua_State* lua, std::string&) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text_at(lua, 1)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || (byte != 0 && std::strchr("-._~", byte) != nullptr);
    if (is_plain) {
      out += c;
    } else {
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  lua_pushlstring(lua, out.data(), out.size());
  return 1;
}

/// Seconds since 1970.
int now(lua_State* lua) {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  lua_pushnumber(lua, std::chrono::duration<double>(since).count());
  return 1;
}

/// Lua's own shows where a table lies in memory.
int to_text(lua_State* lua) {
  luaL_checkany(lua, 1);
  switch (lua_type(lua, 1)) {
    case LUA_TNIL: lua_pushstring(lua, "nil"); return 1;
    case LUA_TBOOLEAN: lua_pushstring(lua, lua_toboolean(lua, 1) != 0 ? "true" : "false"); return 1;
    case LUA_TNUMBER:
    case LUA_TSTRING:
      lua_settop(lua, 1);
      lua_tostring(lua, 1);
      return 1;
    default: lua_pushstring(lua, luaL_typename(lua, 1)); return 1;
  }
}

/// string.format with texts, numbers and truth only, and without `%p`. Upvalue: Lua's own.
int format(lua_State* lua) {
  const std::string_view text = text_at(lua, 1);
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    at = text.find_first_not_of("-+ #0123456789.", at + 1);
    if (at == std::string_view::npos) break;
    if (text[at] == 'p') return luaL_error(lua, "string.format: there is no `%%p` here");
  }
  for (int i = 2; i <= lua_gettop(lua); ++i) {
    const int type = lua_type(lua, i);
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN && type != LUA_TNIL)
      return luaL_error(lua, "string.format: a %s has no text", lua_typename(lua, type));
  }
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, 1);
  return 1;
}

/// A line on stderr, for who writes the script.
int print(lua_State* lua, std::string&) {
  static std::size_t printed = 0;
  std::string line;
  for (int i = 1; i <= lua_gettop(lua); ++i) {
    if (i > 1) line += '\t';
    std::size_t size = 0;
    const int type = lua_type(lua, i);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
      lua_pushvalue(lua, i);
      const char* text = lua_tolstring(lua, -1, &size);
      line.append(text, std::min(size, kPrintLineMax));
      lua_pop(lua, 1);
    } else {
      line += type == LUA_TBOOLEAN ? (lua_toboolean(lua, i) != 0 ? "true" : "false") : lua_typename(lua, type);
    }
    if (line.size() > kPrintLineMax) break;
  }
  line.resize(std::min(line.size(), kPrintLineMax));
  for (char& c : line) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = ' ';
  }
  line += '\n';
  printed += line.size();
  if (printed > kPrintMax) return 0;
  const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);  // nobody listens
  return 0;
}

void add(lua_State* lua, const char* name, lua_CFunction function) {
  lua_pushcfunction(lua, function);
  lua_setfield(lua, -2, name);
}

/// Copies fields of the library at the global `from` into the table on top.
template <std::size_t N>
void allow(lua_State* lua, const char* from, const std::array<const char*, N>& names) {
  if (*from == '\0') {
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
  } else {
    lua_getfield(lua, LUA_GLOBALSINDEX, from);
  }
  for (const char* name : names) {
    lua_getfield(lua, -1, name);
    if (lua_isnil(lua, -1)) luaL_error(lua, "this Lua has no %s.%s", from, name);
    lua_setfield(lua, -3, name);
  }
  lua_pop(lua, 1);
}

/// A table of what is allowed of the library `name`, left on top and set in the table below.
template <std::size_t N>
void allow_library(lua_State* lua, const char* name, const std::array<const char*, N>& names) {
  lua_newtable(lua);
  allow(lua, name, names);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -3, name);
}

constexpr std::array<const char*, 9> kBase = {"assert", "error",    "ipairs", "next",  "pairs",
                                              "select", "tonumber", "type",   "unpack"};
constexpr std::array<const char*, 12> kString = {"byte",  "char",  "find", "gmatch",  "gsub", "len",
                                                 "lower", "match", "rep",  "reverse", "sub",  "upper"};
constexpr std::array<const char*, 4> kTable = {"concat", "insert", "remove", "sort"};
constexpr std::array<const char*, 20> kMath = {"abs", "acos", "asin",  "atan", "atan2", "ceil", "cos",
                                               "deg", "exp",  "floor", "fmod", "huge",  "log",  "max",
                                               "min", "modf", "pi",    "rad",  "sin",   "sqrt"};
constexpr std::array<const char*, 12> kBit = {"arshift", "band", "bnot", "bor",    "bswap", "bxor",
                                              "lshift",  "rol",  "ror",  "rshift", "tobit", "tohex"};

}  // namespace

void warm_up_library() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  for (const char* name : kDigests) {
    HMAC(EVP_get_digestbyname(name), "", 0, out, 0, out, &size);
    EVP_Digest(out, 0, out, &size, EVP_get_digestbyname(name), nullptr);
  }
}

int open_library(lua_State* lua) {
  for (const lua_CFunction open : {luaopen_base, luaopen_string, luaopen_table, luaopen_math, luaopen_bit}) {
    lua_pushcfunction(lua, open);
    lua_call(lua, 0, 0);
  }
  lua_newtable(lua);
  allow(lua, "", kBase);
  add(lua, "tostring", to_text);
  add(lua, "print", guarded<print>);
  add(lua, "http", http);
  add(lua, "hash", guarded<hash>);
  add(lua, "hmac", guarded<hmac>);
  add(lua, "base64", guarded<base64>);
  add(lua, "hex", guarded<hex>);
  add(lua, "escape", guarded<escape>);
  add(lua, "same", guarded<same>);
  add(lua, "now", now);
  allow_library(lua, "table", kTable);
  lua_pop(lua, 1);
  allow_library(lua, "math", kMath);
  lua_pop(lua, 1);
  allow_library(lua, "bit", kBit);
  lua_pop(lua, 1);

  lua_newtable(lua);
  add(lua, "encode", guarded<encode>);
  add(lua, "decode", guarded<decode>);
  add(lua, "list", list);
  lua_pushlightuserdata(lua, nullptr);
  lua_setfield(lua, -2, "null");
  lua_setfield(lua, -2, "json");

  allow_library(lua, "string", kString);
  lua_getfield(lua, LUA_GLOBALSINDEX, "string");
  lua_getfield(lua, -1, "format");
  lua_pushcclosure(lua, format, 1);
  lua_setfield(lua, -3, "format");
  lua_pop(lua, 1);
  // The methods of texts are these, and nothing leads to the metatable itself.
  lua_pushstring(lua, "");
  if (lua_getmetatable(lua, -1) == 0) luaL_error(lua, "texts have no methods");
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 3);

  lua_pushnil(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, "_LOADED");
  lua_replace(lua, LUA_GLOBALSINDEX);
  return 0;
}

}  // namespace tend::script
