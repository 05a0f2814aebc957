#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "infra/config/settings.hpp"
#include "infra/log/logger.hpp"
#include "infra/postgres/postgres_options.hpp"

namespace chat {

namespace asio = boost::asio;

using StartDeadline = std::chrono::steady_clock::time_point;

PostgresOptions postgres_options(const Settings& settings, Program program);

/// Takes `step` again while it throws Outage, as what a program needs may start after it. At the deadline the Outage
/// goes on, with `what` in front; a step under way is cancelled.
asio::awaitable<void> keep_trying(StartDeadline deadline, std::string what, Logger logger,
                                  std::function<asio::awaitable<void>()> step);

/// Waits for PostgreSQL and brings its schema up to date. Throws Outage at the deadline, UnusableDatabase.
asio::awaitable<void> open_database(StartDeadline deadline, PostgresOptions options, Logger logger);

/// Logs what was odd about the settings but could be lived with.
void log_warnings(const Settings& settings, const Logger& logger);

}  // namespace chat
