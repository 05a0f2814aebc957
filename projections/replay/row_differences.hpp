#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/replay/user_rows.hpp"

namespace chat {

/// A session's messages as a number: of them in their order, with every field.
struct MessagesDigest {
    std::int64_t count = 0;
    std::uint64_t hash = 0;

    void add(const MessageRow& message);
    bool operator==(const MessagesDigest&) const = default;
};
using MessagesBySession = std::map<SessionId, MessagesDigest>;

void add(MessagesBySession& digests, const std::vector<MessageRow>& messages);

/// All rows of a user as a number, the messages by their digests. Answers that were given before `answers_since` are
/// left out, since the read model forgets them at some time after. Metadata must be as the read model writes it.
std::uint64_t digest(const UserRows& rows, const MessagesBySession& messages, Time answers_since);

/// One field of one row that is not as the log says.
struct Difference {
    UserId user;
    std::optional<SessionId> session;
    std::string field;     // `title`, `message 3 content`, `row` if a whole row is missing or too many
    std::string expected;  // by the log; both are cut to a readable length
    std::string found;     // in the read model

    bool operator==(const Difference&) const = default;
};

/// Every field in which the rows differ; none if they are the same.
std::vector<Difference> differences(const UserId& user, const UserRows& expected, const UserRows& found,
                                    Time answers_since);

}  // namespace chat
