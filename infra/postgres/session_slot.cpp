#include "infra/postgres/session_slot.hpp"

#include <sys/socket.h>

#include <utility>

#include "infra/postgres/postgres_session.hpp"

namespace chat {

SessionSlot::SessionSlot(PostgresOptions options) : options_(std::move(options)) {}

SessionSlot::~SessionSlot() { close(); }

PostgresSession& SessionSlot::connected() {
    if (session_ && session_->usable()) return *session_;
    close();
    auto session = std::make_unique<PostgresSession>(options_);
    const std::lock_guard lock(mutex_);
    if (ended_) throw Outage("the program stops");
    session_ = std::move(session);
    socket_ = session_->connection().sock();
    return *session_;
}

void SessionSlot::interrupt() {
    // Under the lock, so that the number is still this connection's.
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void SessionSlot::close() {
    {
        const std::lock_guard lock(mutex_);
        socket_ = -1;
    }
    session_.reset();
}

}  // namespace chat
