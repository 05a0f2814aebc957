#pragma once

#include <cstddef>

namespace chat {

/// Lets the process open as many files (and so connections) as it may: the soft limit becomes the hard one. Returns
/// how many that are.
std::size_t raise_open_files();

/// Where the caller has closed stdin, stdout or stderr, puts a stream there that leads nowhere. Otherwise a connection
/// gets its number, and what is logged goes into its protocol.
void open_standard_streams();

}  // namespace chat
