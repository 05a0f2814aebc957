#pragma once

#include "infra/wiring/event_log.hpp"

namespace chat {

/// CHAT_LOG=postgres.
std::unique_ptr<OpenedLog> make_embedded_log(asio::any_io_executor executor, const Settings& settings, Program program);
std::unique_ptr<OpenedAssignment> make_embedded_assignment(asio::any_io_executor executor, const Settings& settings,
                                                           Program program, std::int32_t partitions);

}  // namespace chat
