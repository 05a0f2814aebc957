#pragma once

#include "api/chat_reads.hpp"
#include "commands/service.hpp"

namespace chat {

/// What handlers of a user's requests work with: the commands, the reads, and no more.
struct Chats {
    CommandService& commands;
    ChatReads& reads;
};

}  // namespace chat
