#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "tests/simulation/mutants/mutant.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/support/slower.hpp"

// A simulation that finds nothing proves something only if it would find a fault that is there: each mutation is one.
namespace chat::test {
namespace {

std::vector<std::string> names() {
    std::ifstream file(CHAT_MUTANTS);
    std::vector<std::string> all;
    for (std::string name; std::getline(file, name);) all.push_back(name);
    return all;
}

/// What the seed finds; nothing if it breaks no promise. A program that throws is found out too.
std::string found_by(std::uint64_t seed) {
    try {
        const RunResult result = simulate(seed);
        return result.violations.empty() ? "" : result.violations.front().promise;
    } catch (const std::exception& error) {
        return std::string("a process ends with ") + error.what();
    }
}

/// The first seed that finds something, and what, for people; nothing after `most`. In a process of its own, which a
/// mutation may kill: that is noticed too.
std::string first_find(const std::string& name, std::uint64_t most) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        turn_on(name);
        std::string found;
        std::uint64_t seed = 0;
        while (found.empty() && seed < most) found = found_by(++seed);
        if (!found.empty()) found = "seed " + std::to_string(seed) + ": " + found;
        const auto written = ::write(ends[1], found.data(), found.size());
        ::_exit(written == static_cast<ssize_t>(found.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string found;
    char part[256];
    for (ssize_t size = 0; (size = ::read(ends[0], part, sizeof part)) > 0;)
        found.append(part, static_cast<std::size_t>(size));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? "the process is killed by signal " + std::to_string(WTERMSIG(status)) : found;
}

class Mutants : public testing::TestWithParam<std::string> {};

TEST_P(Mutants, AreCaught) {
    if (slower > 1) GTEST_SKIP() << "shows what the simulation finds; a sanitizer changes nothing about that";
    constexpr std::uint64_t most = 20'000;  // the rarest takes some thousands
    const std::string found = first_find(GetParam(), most);
    EXPECT_FALSE(found.empty()) << "not noticed in " << most << " seeds";
    std::cout << GetParam() << ": " << found << '\n';
}

TEST(MutantsTurnedOff, ChangeNothing) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) EXPECT_EQ(found_by(seed), "") << "seed " << seed;
}

INSTANTIATE_TEST_SUITE_P(Each, Mutants, testing::ValuesIn(names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace chat::test
