#include "commands/turns.hpp"

#include <algorithm>

namespace chat {

asio::awaitable<std::optional<Turns::Turn>> Turns::take(UserId user, WakeUp::Deadline deadline) {
    const auto [found, free] = users_.try_emplace(user);
    if (free) co_return Turn(*this, std::move(user));

    // In line until rung. Whoever destroys or cancels this coroutine takes it out of the line, or passes the turn on.
    struct Place {
        Turns& turns;
        const UserId& user;
        WakeUp wake_up;
        bool used = false;
        ~Place() {
            if (used) return;
            if (wake_up.rung()) {
                turns.pass_on(user);
            } else {
                turns.leave(user, wake_up);
            }
        }
    };
    Place place{*this, user, WakeUp(executor_)};
    found->second.line.push_back(&place.wake_up);
    if (!co_await place.wake_up.wait(deadline)) co_return std::nullopt;
    place.used = true;
    co_return Turn(*this, user);
}

void Turns::pass_on(const UserId& user) {
    const auto found = users_.find(user);
    if (found->second.line.empty()) {
        users_.erase(found);
        return;
    }
    WakeUp* next = found->second.line.front();
    found->second.line.pop_front();
    next->ring();
}

void Turns::leave(const UserId& user, WakeUp& place) {
    const auto found = users_.find(user);
    if (found != users_.end()) std::erase(found->second.line, &place);
}

}  // namespace chat
