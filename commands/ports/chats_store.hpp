#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "commands/user_chats.hpp"
#include "events/checkpoint.hpp"
#include "events/ids.hpp"
#include "events/outage.hpp"

namespace chat {

namespace asio = boost::asio;

/// A user's state as the read model holds it, and how much of the partition it contains.
struct StoredChats {
    UserChats chats;           // empty, with sequence 0, if nothing is known of the user
    NextOffset applied;        // the partition's checkpoint in the same snapshot: every record below it is in `chats`
    bool quarantined = false;  // the log lacks a part of the stream: no command until an operator has decided
};

/// Loads what commands decide on. One snapshot a call. Throws Outage.
class ChatsStore {
public:
    virtual ~ChatsStore() = default;
    virtual asio::awaitable<StoredChats> load(Partition partition, UserId user) = 0;
    /// The first answer under a command key of the user, if the event is applied and the key is still kept.
    virtual asio::awaitable<std::optional<Answered>> answered(UserId user, std::string command_key) = 0;
    virtual asio::awaitable<Checkpoint> checkpoint(Partition partition) = 0;
};

}  // namespace chat
