#pragma once

#include <string>

namespace chat {

/// Why bytes of the log are no event of ours: which header or JSON pointer, and what is wrong with it.
struct DecodeError {
    std::string where;  // a header's name, or a JSON pointer into the data
    std::string what;

    bool operator==(const DecodeError&) const = default;
};

}  // namespace chat
