#include "commands/hot_states.hpp"

namespace chat {

HotStates::State* HotStates::use(const UserId& user) {
    const auto found = states_.find(user);
    if (found == states_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second.used);
    return &found->second.state;
}

const HotStates::State* HotStates::find(const UserId& user) const {
    const auto found = states_.find(user);
    return found == states_.end() ? nullptr : &found->second.state;
}

void HotStates::put(const UserId& user, State state) {
    erase(user);
    order_.push_front(user);
    Entry& entry = states_.emplace(user, Entry{std::move(state), 0, order_.begin()}).first->second;
    measure(entry);
    evict_past_limit();
}

void HotStates::erase(const UserId& user) {
    const auto found = states_.find(user);
    if (found == states_.end()) return;
    bytes_ -= found->second.bytes;
    order_.erase(found->second.used);
    states_.erase(found);
}

void HotStates::evolve(const UserId& user, const Recorded& recorded, Offset offset) {
    Entry& entry = states_.at(user);
    entry.state.chats = chat::evolve(std::move(entry.state.chats), recorded);
    const auto& key = recorded.envelope.causes.command_key;
    if (key) entry.state.command_keys.emplace_back(offset, *key);
    // A message leaves the size as it is, and measuring is linear in the user's sessions.
    if (key || !std::holds_alternative<MessageAdded>(recorded.event)) measure(entry);
}

void HotStates::forget_answers(const UserId& user, NextOffset applied) {
    State& state = states_.at(user).state;
    while (!state.command_keys.empty() && state.command_keys.front().first.value() < applied.value()) {
        state.chats.forget_answer(state.command_keys.front().second);
        state.command_keys.pop_front();
    }
}

void HotStates::measure(Entry& entry) {
    bytes_ -= entry.bytes;
    entry.bytes = entry.state.chats.bytes();
    bytes_ += entry.bytes;
}

void HotStates::evict_past_limit() {
    auto candidate = order_.end();
    while (bytes_ > limit_ && candidate != order_.begin() && std::prev(candidate) != order_.begin()) {
        --candidate;
        if (!evict_(*candidate)) continue;
        const UserId user = *candidate;
        ++candidate;
        erase(user);
    }
}

}  // namespace chat
