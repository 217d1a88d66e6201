// The words by which people say that they want no more messages.
#pragma once
#include <string_view>

namespace tend::channel {

/// Whether the whole of what was written is one of these words: R, T, TD, N, TN, 退订, 拒收 (as Chinese marketing
/// SMS offer them, and did before) and STOP, STOPALL, QUIT, END, REVOKE, OPT OUT, OPTOUT, CANCEL, UNSUBSCRIBE; in
/// small or capital letters, half or full width, with blanks and points around it.
/// Source: 47 CFR 64.1200(a)(10); the rules of Aliyun and Tencent Cloud for marketing SMS in China.
bool is_opt_out(std::string_view text);

}  // namespace tend::channel
