#include "tests/history/streams.hpp"

namespace chat::test {

void Streams::add(const Record& record) {
    const auto recorded = decode(record);
    if (!recorded) return;
    UserStream& stream = users_[recorded->envelope.user];
    const auto last = static_cast<std::int64_t>(stream.size());
    const std::int64_t sequence = recorded->envelope.sequence.value();
    if (stream.broken || sequence <= last) return;
    const std::optional<EventId> previous =
        stream.events.empty() ? std::nullopt : std::optional(stream.events.back().envelope.id);
    if (sequence > last + 1 || recorded->envelope.previous != previous) {
        stream.broken = true;
        return;
    }
    stream.states.push_back(evolve(stream.states.back(), *recorded));
    stream.events.push_back(*recorded);
}

const UserStream& Streams::of(const UserId& user) const {
    static const UserStream none;
    const auto found = users_.find(user);
    return found == users_.end() ? none : found->second;
}

}  // namespace chat::test
