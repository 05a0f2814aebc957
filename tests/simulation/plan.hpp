#pragma once

#include <chrono>
#include <cstdint>

#include "tests/simulation/broker.hpp"
#include "tests/simulation/nodes.hpp"

namespace chat::test {

/// What happens in one run beside what clients ask for: drawn from the seed. Each fault comes so often on average.
struct Plan {
    int nodes = 2, projectors = 2, users = 1, clients = 3, operations = 12;  // operations: for each client
    std::int32_t partitions = 1;
    std::chrono::microseconds think{1000};  // of a client between two requests, typically

    // How many of each, at most.
    int kills = 0, pauses = 0, log_restarts = 0, database_restarts = 0, broken_connections = 0, producer_failures = 0,
        reassignments = 0, quarantines = 0;  // the last by mistake
    int log_forgets = 0;                     // records of each partition that a restart of the log loses, at most
    int database_forgets = 0;                // commits
    std::chrono::milliseconds within{100};   // all faults begin in this time

    BrokerFaults broker;
    std::chrono::milliseconds slow_commit{0};
    double lose_database_answer = 0;
    std::chrono::milliseconds clock_skew{0};  // between two nodes, at most
    ApiNodeOptions api;
    ProjectorOptions projector;
};

class World;

Plan draw_plan(World& world);

}  // namespace chat::test
