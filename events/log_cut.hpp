#pragma once

#include <stdexcept>

namespace chat {

/// Evidence that a log was cut, made anew or exchanged: it does not hold what was read from it before, or what a
/// checkpoint was built on. Nothing may be decided or applied on the old view; the reader starts again.
class LogCut : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace chat
