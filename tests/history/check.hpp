#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/history/operation.hpp"
#include "tests/history/streams.hpp"

namespace chat::test {

/// What a check may not expect.
struct Allowances {
    /// Requests whose records a cut of the log removed: the log may lack what was acknowledged for them, and what had
    /// been void in the log that was cut may belong in the one that goes on.
    std::set<std::string> cut_attempts;
    /// The read model was set back to an earlier state, as a database that lost its last commits is.
    bool read_model_set_back = false;
};

/// A promise that was broken, for people.
struct Violation {
    std::string promise;
    std::string what;
};

/// Holds what clients were told against the log, user by user:
/// every accepted command is in the stream exactly once, at the sequence that was answered, decided on the state before
/// it, and its answer is that state; no refused, conflicting or unavailable one is; nothing is that nobody asked for; a
/// key has one event and every retry its answer; events do not get older; what was answered before another request
/// began comes before it, for refusals and reads too (linearizable for each user); a read shows the state at its
/// version, not older than what its node had acknowledged or it asked for, and never goes back on a node. Sources: the
/// promises of docs/guarantees.md; linearizability as Herlihy and Wing define it, decided in linear time since the log
/// gives the order.
std::vector<Violation> check(const std::vector<Operation>& history, const Streams& streams,
                             const Allowances& allowances);

}  // namespace chat::test
