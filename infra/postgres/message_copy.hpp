#pragma once

#include <string>

#include "projections/message_history.hpp"

namespace chat {

/// The COPY of chat_messages that takes the rows as they are written here: PostgreSQL's binary form, which the server
/// reads in half the time of the text.
extern const char* const copy_messages_sql;

/// Ends what `begin_message_copy` began.
std::string begin_message_copy();
void append_message(std::string& out, const MessageRow& message);
std::string end_message_copy();

}  // namespace chat
