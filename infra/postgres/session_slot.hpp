#pragma once

#include <memory>
#include <mutex>

#include "infra/postgres/postgres_options.hpp"

namespace chat {

class PostgresSession;

/// The place of a worker thread's connection, which is made when needed and again after it broke. One thread uses it;
/// `interrupt` is for another.
class SessionSlot {
public:
    explicit SessionSlot(PostgresOptions options);
    ~SessionSlot();
    SessionSlot(const SessionSlot&) = delete;
    SessionSlot& operator=(const SessionSlot&) = delete;

    /// Connects if there is no connection that works. Throws Outage.
    PostgresSession& connected();

    /// Ends the connection from any thread, so that a call that waits for an answer returns: a server that hangs would
    /// keep its thread for good. No connection is made after it.
    void interrupt();

private:
    void close();

    const PostgresOptions options_;
    std::unique_ptr<PostgresSession> session_;
    std::mutex mutex_;  // of the two below
    int socket_ = -1;
    bool ended_ = false;
};

}  // namespace chat
