#pragma once

#include <string>

namespace chat {

/// A statement that a connection prepares at its first use. The name is unique in the program.
struct Statement {
    std::string name;
    std::string text;
};

}  // namespace chat
