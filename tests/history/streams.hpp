#pragma once

#include <map>
#include <memory>
#include <vector>

#include "commands/user_chats.hpp"
#include "events/event.hpp"

namespace chat::test {

/// One user's stream as the log has it, and the state after each of its events.
struct UserStream {
    std::vector<Recorded> events;                   // the n-th has sequence n + 1
    std::vector<UserChats> states = {UserChats()};  // after so many events
    bool broken = false;                            // a record neither follows nor is void

    std::size_t size() const { return events.size(); }
};

/// Which records belong, by a second writing of the rule (design.md: next and linked belongs; not above the last is
/// void), so that a fault in the first does not hide itself.
class Streams {
public:
    /// The next record of its partition.
    void add(const Record& record);

    const UserStream& of(const UserId& user) const;
    const std::map<UserId, UserStream>& all() const { return users_; }

private:
    std::map<UserId, UserStream> users_;
};

}  // namespace chat::test
