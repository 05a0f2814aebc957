#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "commands/user_chats.hpp"
#include "events/checkpoint.hpp"
#include "events/ids.hpp"
#include "events/outage.hpp"

namespace chat {

namespace asio = boost::asio;

/// In bytes of text: longer metadata of sessions is left out of states, which would be as large as all that a user ever
/// sent.
inline constexpr std::size_t long_metadata = 8192;

/// A user's state as the read model holds it, and how much of the partition it contains.
struct StoredChats {
    UserChats chats;           // empty, with sequence 0, if nothing is known of the user; without long metadata
    Checkpoint applied;        // the partition's, in the same snapshot: every record below it is in `chats`
    bool quarantined = false;  // the log lacks a part of the stream: no command until an operator has decided
};

/// The first answer under a command key, and how much of the partition the store held when it was asked.
struct StoredAnswer {
    std::optional<Answered> first;  // nothing: no event that is applied has the key, or it is not kept any more
    Checkpoint applied;             // the partition's, in the same snapshot
    bool quarantined = false;       // as above: answers may be missing
};

/// What commands decide on. Each call is one transaction. Throws Outage.
class ChatsStore {
public:
    virtual ~ChatsStore() = default;
    virtual asio::awaitable<StoredChats> load(Partition partition, UserId user) = 0;
    virtual asio::awaitable<StoredAnswer> answered(Partition partition, UserId user, std::string command_key) = 0;
    /// The whole metadata of a session that `load` gave; nothing if there is no such session any more.
    virtual asio::awaitable<std::optional<JsonText>> metadata(SessionId session) = 0;
    virtual asio::awaitable<Checkpoint> checkpoint(Partition partition) = 0;
    /// The stream lost events that somebody was told of: no command of the user, and nothing more of it is projected,
    /// until an operator has decided. The rows stay as they are, in another edition. Nothing if it is so already.
    virtual asio::awaitable<void> quarantine(Partition partition, UserId user, std::string why) = 0;
};

}  // namespace chat
