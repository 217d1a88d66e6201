// tend as the child that runs somebody else's Lua: it reads lines, runs the script, writes lines, and can do nothing
// else. engine/channel/lua starts it and speaks with it.
#pragma once
#include <string_view>

namespace tend::script {

/// The word behind the program's name that makes it such a child.
inline constexpr std::string_view kChildVerb = "lua-child";

/// Takes over the process. Its first line is what it is told to run:
/// `{"script":"…","file":"x.lua","options":{…},"memory":BYTES}`; it answers `{"ready":{…what `capabilities` says…},
/// "functions":["send",…]}` or `{"failed":"why"}`. After that the lines are those of docs/adapters.md, in the place of
/// the adapter, and besides them
///   it says     {"http":2,"for":7,"request":{"method":"POST","url":"…","headers":{…},"body":"…"}}
///   it is told  {"http":2,"answer":{"status":200,"headers":{…},"body":"…"}} or {"http":2,"error":"…","sent":true}
///   it says     {"id":7,"error":"x.lua:3: …"} where the script gave up on a question
/// Questions that wait for HTTP do not keep others waiting.
/// Errors: what goes wrong with the process itself ends it.
[[noreturn]] void run_child();

}  // namespace tend::script
