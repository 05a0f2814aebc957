#include "projections/user_activity.hpp"

#include <chrono>
#include <variant>

namespace chat {
namespace {

void apply_event(UserActivityChanges& changes, const SessionCreated& e, const Envelope& meta) {
    changes.created(e.session, e.agent_type);
    if (e.first_message) changes.add_message(meta.user, e.session, meta.time);
}
void apply_event(UserActivityChanges&, const SessionRenamed&, const Envelope&) {}
void apply_event(UserActivityChanges&, const SessionDeleted&, const Envelope&) {}
void apply_event(UserActivityChanges&, const SessionRestored&, const Envelope&) {}
void apply_event(UserActivityChanges& changes, const MessageAdded& e, const Envelope& meta) {
    changes.add_message(meta.user, e.session, meta.time);
}

}  // namespace

Day day_of(Time time) {
    return Day(static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count()));
}

void UserActivityChanges::add_message(const UserId& user, SessionId session, Time time) {
    const Day day = day_of(time);
    const auto [at, is_new] = index_.try_emplace({session, day}, changes_.size());
    if (is_new) {
        const auto created = created_.find(session);
        const auto type = created == created_.end() ? std::nullopt : std::optional(created->second);
        changes_.push_back({user, session, day, type, 0});
    }
    changes_[at->second].messages += 1;
}

void apply(UserActivityChanges& changes, const Recorded& recorded) {
    std::visit([&](const auto& event) { apply_event(changes, event, recorded.envelope); }, recorded.event);
}

}  // namespace chat
