#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace chat {

/// How to reach PostgreSQL and how long to wait for it.
struct PostgresOptions {
    std::string connection;     // libpq connection string or URI; may hold a password: never printed
    std::string name = "chat";  // application_name, unless the connection string has its own
    std::string schema;         // where tables are found, instead of by the connection's own search path
    std::size_t connections = 4;
    std::size_t queue = 1024;  // jobs that wait for a connection; one more is an Outage
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds statement_timeout{10'000};  // enforced by the server
    std::chrono::milliseconds answer_timeout{12'000};     // of a job, waiting included; also with a server that hangs
};

}  // namespace chat
