#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "projections/ports/record_source.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

/// How much of a stream: all of it if nothing is said.
struct Until {
    std::optional<Time> time;          // inclusive: as it was at that moment
    std::optional<Sequence> sequence;  // inclusive
};

/// A user's stream up to some point, and what it comes to.
struct UserHistory {
    UserId user;
    std::vector<Recorded> events;       // that belong, in their order
    std::int64_t voids = 0;             // records that lost a race, or second copies
    std::optional<std::string> damage;  // why the stream could not be read further
    UserRows rows;
};

/// Reads the user's partition from its first record to its end. Throws Outage and LogCut.
asio::awaitable<UserHistory> read_history(RecordSource& source, UserId user, Until until);

/// For people: the events, then the sessions as they were. With a session: its events and messages alone.
std::string readable(const UserHistory& history, const std::optional<SessionId>& session);

/// The same as one JSON object.
std::string json(const UserHistory& history, const std::optional<SessionId>& session);

}  // namespace chat
