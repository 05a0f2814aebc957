#pragma once

#include <cstddef>

namespace chat {

/// Lets the process open as many files (and so connections) as it may: the soft limit becomes the hard one. Returns
/// how many that are.
std::size_t raise_open_files();

}  // namespace chat
