#pragma once

#include <string_view>

namespace chat::test {

/// Whether the mutation of that name is on: asked by mutated copies of the program's sources. One thread.
bool mutant(std::string_view name);

/// Turns one on, and every other one off; empty: none.
void turn_on(std::string_view name);

}  // namespace chat::test
