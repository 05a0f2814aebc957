#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/history/check.hpp"

namespace chat::test {

/// What one seed came to.
struct RunResult {
    std::vector<Violation> violations;
    std::uint64_t digest = 0;  // of the whole history: the same seed, the same digest
    int requests = 0, accepted = 0, replayed = 0, refused = 0, unknown = 0, unavailable = 0, conflicts = 0, reads = 0;
    int faults = 0, voids = 0;
    int lost = 0;      // acknowledged, taken by a cut, and to be missed by who had acknowledged it
    int unjudged = 0;  // 1: of a run in which the log itself made two histories look the same (Broker::twins)
    std::uint64_t steps = 0;
};

/// One run: several API nodes, projectors, clients and faults over one log and one database, all drawn from the seed,
/// in one thread, in simulated time. Then everything is mended, and what clients were told is held against the log.
RunResult simulate(std::uint64_t seed, std::function<void(const std::string&)> trace = {});

}  // namespace chat::test
