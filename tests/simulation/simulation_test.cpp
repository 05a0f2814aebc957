#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/slower.hpp"

namespace chat::test {
namespace {

/// A run of the program `simulate` beside others.
class Seeds {
public:
    explicit Seeds(const std::string& arguments)
        : output_(::popen((std::string(CHAT_SIMULATE) + " " + arguments + " 2>&1").c_str(), "r"), ::pclose) {}

    std::string result() {
        std::string all;
        std::array<char, 4096> part{};
        while (std::fgets(part.data(), static_cast<int>(part.size()), output_.get())) all += part.data();
        return all;
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> output_;
};

TEST(Simulation, BreaksNoPromiseInTenThousandSeeds) {
    // What a sanitizer looks for is there in any thousand.
    constexpr int together = 2, each = 5000 / slower;
    std::vector<std::unique_ptr<Seeds>> runs;
    for (int i = 0; i < together; ++i)
        runs.push_back(
            std::make_unique<Seeds>("--from=" + std::to_string(1 + i * each) + " --seeds=" + std::to_string(each)));
    for (const auto& run : runs) {
        const std::string result = run->result();
        EXPECT_NE(result.find(" 0 seeds broke a promise"), std::string::npos) << result;
        std::cout << result;
    }
}

TEST(Simulation, IsTheSameAgainForTheSameSeed) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const RunResult first = simulate(seed), again = simulate(seed);
        EXPECT_EQ(first.digest, again.digest) << "seed " << seed;
        EXPECT_EQ(first.steps, again.steps) << "seed " << seed;
    }
}

TEST(Simulation, DiffersFromSeedToSeed) { EXPECT_NE(simulate(1).digest, simulate(2).digest); }

TEST(Simulation, MeetsEveryKindOfTrouble) {
    RunResult sum;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const RunResult result = simulate(seed);
        sum.accepted += result.accepted;
        sum.replayed += result.replayed;
        sum.refused += result.refused;
        sum.unknown += result.unknown;
        sum.unavailable += result.unavailable;
        sum.reads += result.reads;
        sum.faults += result.faults;
        sum.voids += result.voids;
        sum.lost += result.lost;
        sum.unjudged += result.unjudged;
    }
    EXPECT_GT(sum.accepted, 3000);
    EXPECT_GT(sum.replayed, 200);
    EXPECT_GT(sum.refused, 500);
    EXPECT_GT(sum.unknown, 50);
    EXPECT_GT(sum.unavailable, 500);
    EXPECT_GT(sum.reads, 2000);
    EXPECT_GT(sum.faults, 500);
    EXPECT_GT(sum.voids, 1000);
    EXPECT_GT(sum.lost, 5);
    EXPECT_LT(sum.unjudged, 10);
}

TEST(Simulation, TellsItsSchedule) {
    std::vector<std::string> lines;
    (void)simulate(7, [&](const std::string& line) { lines.push_back(line); });
    EXPECT_GT(lines.size(), 50u);
    EXPECT_NE(lines.front().find("api 0 starts"), std::string::npos) << lines.front();
}

}  // namespace
}  // namespace chat::test
