// Which addresses may be called when an address came from outside: none of this machine and of private networks.
#pragma once
#include <sys/socket.h>

namespace tend::channel {

/// True for addresses of the open internet. False for this machine, private and link-local networks, addresses kept for
/// documentation, tests, multicast and translation, and for anything that is not IPv4 or IPv6. An IPv6 address that
/// stands for an IPv4 one is judged by that.
/// Source: the IANA IPv4 and IPv6 Special-Purpose Address Registries.
bool is_public(const sockaddr* address);

/// The same of an address as text; false for what is none.
bool is_public(const char* address);

}  // namespace tend::channel
