#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/service.hpp"
#include "projections/ports/quarantine.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// Whether the process can serve: the database and the log answer, and the tails of the log run. Asks each time.
class Readiness {
public:
    /// All it is given outlives it. `patience`: with each of the two.
    Readiness(CommandService& commands, EventLog& log, Queries& queries, Quarantine& quarantine,
              std::chrono::milliseconds patience = std::chrono::seconds(2))
        : commands_(commands), log_(log), queries_(queries), quarantine_(quarantine), patience_(patience) {}

    /// What is missing, with its reason.
    asio::awaitable<std::vector<std::string>> missing();

    /// What is damaged in log and read model. It is no reason to take the process out of service: another one would
    /// find the same, and everybody else's chats are served.
    asio::awaitable<std::vector<std::string>> damage();

private:
    asio::awaitable<void> count_quarantined(std::int64_t& streams);
    asio::awaitable<void> ask_database();
    asio::awaitable<void> ask_log();
    static asio::awaitable<std::optional<std::string>> caught(asio::awaitable<void> question);
    asio::awaitable<std::optional<std::string>> fault_of(asio::awaitable<void> question);

    CommandService& commands_;
    EventLog& log_;
    Queries& queries_;
    Quarantine& quarantine_;
    std::chrono::milliseconds patience_;
};

}  // namespace chat
