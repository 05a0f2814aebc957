#include "tests/simulation/mutants/mutant.hpp"

#include <string>

namespace chat::test {

namespace {
std::string on;  // code that is mutated is not passed anything
}

bool mutant(std::string_view name) { return on == name; }

void turn_on(std::string_view name) { on = name; }

}  // namespace chat::test
