// bin/tests/simulate: runs seeds for as long as one likes, and one seed with its whole schedule.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

#include "tests/simulation/simulation.hpp"

int main(int argc, char** argv) {
    using namespace chat::test;
    std::uint64_t from = 1, count = 1000;
    bool trace = false;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const auto value = [&] { return std::stoull(argument.substr(argument.find('=') + 1)); };
        if (argument.starts_with("--seed=")) {
            from = value();
            count = 1;
            trace = true;
        } else if (argument.starts_with("--from=")) {
            from = value();
        } else if (argument.starts_with("--seeds=")) {
            count = value();
        } else {
            std::cout << "usage: simulate [--from=N] [--seeds=N] | --seed=N\n\n"
                         "  --from=N   the first seed (1)\n"
                         "  --seeds=N  how many (1000)\n"
                         "  --seed=N   that one, with its schedule\n";
            return argument == "--help" ? 0 : 2;
        }
    }
    RunResult sum;
    const auto began = std::chrono::steady_clock::now();
    int failed = 0;
    for (std::uint64_t seed = from; seed < from + count; ++seed) {
        const RunResult result = simulate(seed, trace ? [](const std::string& line) { std::cout << line << '\n'; }
                                                      : std::function<void(const std::string&)>());
        if (!result.violations.empty()) {
            ++failed;
            for (const Violation& violation : result.violations)
                std::cout << "seed " << seed << ": " << violation.promise << ": " << violation.what << '\n';
        }
        sum.requests += result.requests;
        sum.accepted += result.accepted;
        sum.replayed += result.replayed;
        sum.refused += result.refused;
        sum.unknown += result.unknown;
        sum.unavailable += result.unavailable;
        sum.conflicts += result.conflicts;
        sum.reads += result.reads;
        sum.faults += result.faults;
        sum.voids += result.voids;
        sum.lost += result.lost;
        sum.unjudged += result.unjudged;
        sum.steps += result.steps;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << count << " seeds in " << took.count() << " s: " << sum.requests << " requests, " << sum.accepted
              << " accepted (" << sum.replayed << " replayed), " << sum.refused << " refused, " << sum.conflicts
              << " conflicts, " << sum.unavailable << " unavailable, " << sum.unknown << " unknown, " << sum.reads
              << " reads; " << sum.faults << " faults, " << sum.voids << " void records, " << sum.lost << " lost, "
              << sum.steps << " steps; " << sum.unjudged << " not judged; " << failed << " seeds broke a promise\n";
    return failed == 0 ? 0 : 1;
}
