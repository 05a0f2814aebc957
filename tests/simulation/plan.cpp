#include "tests/simulation/plan.hpp"

namespace chat::test {

using namespace std::chrono_literals;

namespace {

/// Each kind of trouble is in some runs and not in others, so that none hides what another would show.
void draw_log_faults(World& world, BrokerFaults& faults) {
    const auto sometimes = [&](double most) { return world.chance(0.4) ? most * world.fraction() : 0.0; };
    faults.ack_lost = sometimes(0.2);
    faults.record_lost = sometimes(0.2);
    faults.arrives_late = sometimes(0.2);
    faults.no_offset = sometimes(0.2);
    faults.second_copy = sometimes(0.3);
    faults.queue_full = sometimes(0.1);
    faults.append_timeout = world.chance(0.5) ? 50ms : 800ms;
}

}  // namespace

Plan draw_plan(World& world) {
    Plan plan;
    const auto up_to = [&](int most) { return static_cast<int>(world.between(0, most)); };
    plan.nodes = 2 + up_to(2);
    plan.users = world.chance(0.5) ? 1 : 1 + up_to(2);
    plan.partitions = 1 + up_to(1);
    plan.clients = 2 + up_to(3);
    plan.operations = 6 + up_to(10);
    plan.think = world.chance(0.3) ? 20ms : 1ms;

    if (world.chance(0.5)) draw_log_faults(world, plan.broker);
    if (world.chance(0.3)) plan.broker.tail_lag = 1ms * (1 + up_to(200));
    if (world.chance(0.4)) plan.kills = 1 + up_to(4);
    if (world.chance(0.4)) plan.pauses = 1 + up_to(4);
    if (world.chance(0.3)) plan.broken_connections = 1 + up_to(5);
    if (world.chance(0.2)) plan.producer_failures = 1 + up_to(3);
    if (world.chance(0.25)) plan.log_restarts = 1 + up_to(1);
    if (plan.log_restarts && world.chance(0.5)) plan.log_forgets = 1 + up_to(5);
    if (plan.log_forgets) {  // what was on its way before it forgot arrives after
        plan.broker.arrives_late = 0.2;
        plan.broker.append_timeout = 50ms;
    }
    if (world.chance(0.25)) plan.database_restarts = 1 + up_to(1);
    if (plan.database_restarts && world.chance(0.4)) plan.database_forgets = 1 + up_to(4);
    if (world.chance(0.4)) plan.reassignments = 1 + up_to(4);
    if (world.chance(0.3)) plan.slow_commit = 1ms * (1 + up_to(50));
    if (world.chance(0.2)) plan.lose_database_answer = 0.2 * world.fraction();
    plan.within = world.chance(0.5) ? 40ms : 400ms;

    plan.api.service.command_deadline = 3s;
    plan.api.service.attempts = 20;
    plan.api.service.hot_bytes = world.chance(0.3) ? 2000 : 1 << 20;
    plan.api.service.tail_bytes = world.chance(0.1) ? 20'000 : 1 << 20;
    plan.api.reads.wait = 1s;
    plan.clock_skew = 1ms * up_to(50);
    if (world.chance(0.3)) plan.api.lose_notice = world.fraction();
    plan.projector.batch_records = static_cast<std::size_t>(1 + up_to(world.chance(0.5) ? 3 : 50));
    plan.projector.overlap_from = static_cast<std::size_t>(1 + up_to(4));
    plan.projector.known_streams = static_cast<std::size_t>(1 + up_to(5));
    plan.projector.lag_interval = 60s;
    if (world.chance(0.2)) plan.quarantines = 1 + up_to(2);
    return plan;
}

}  // namespace chat::test
