#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "commands/user_chats.hpp"
#include "events/checkpoint.hpp"

namespace chat {

/// User states that are kept folded forward, least recently used ones evicted past a bound in bytes. One for all
/// partitions of a process. On one executor.
class HotStates {
public:
    struct State {
        UserChats chats;
        std::optional<std::string> quarantined{};                   // why, if the stream lacks a part
        Edition edition{};                                          // of the read model that it was loaded from
        std::deque<std::pair<Offset, std::string>> command_keys{};  // of the answers that `chats` remembers
    };
    /// Asked before a user is evicted: false keeps it (a command runs). True: it is gone, forget it too.
    using Evict = std::function<bool(const UserId&)>;

    explicit HotStates(std::size_t bytes_limit) : limit_(bytes_limit) {}

    /// Set once, before anything is put.
    void on_evict(Evict evict) { evict_ = std::move(evict); }

    /// Makes it the most recently used one. The pointer is good until the next call that changes anything.
    State* use(const UserId& user);
    const State* find(const UserId& user) const;
    void put(const UserId& user, State state);
    void erase(const UserId& user);

    /// The state after one more event, stored at `offset`; the user is here.
    void evolve(const UserId& user, const Recorded& recorded, Offset offset);
    /// Forgets the answers to commands whose events are in the read model.
    void forget_answers(const UserId& user, NextOffset applied);

    std::size_t users() const { return states_.size(); }
    std::size_t bytes() const { return bytes_; }

private:
    struct Entry {
        State state;
        std::size_t bytes;
        std::list<UserId>::iterator used;
    };
    void measure(Entry& entry);
    void evict_past_limit();

    std::size_t limit_;
    Evict evict_;
    std::unordered_map<UserId, Entry> states_;
    std::list<UserId> order_;  // most recently used first
    std::size_t bytes_ = 0;
};

}  // namespace chat
