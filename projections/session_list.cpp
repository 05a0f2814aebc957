#include "projections/session_list.hpp"

#include <algorithm>
#include <variant>

namespace chat {

SessionChange& SessionListChanges::of(const UserId& user, SessionId session) {
    const auto [found, is_new] = index_.try_emplace(session, changes_.size());
    if (is_new) {
        SessionChange& change = changes_.emplace_back();
        change.user = user;
        change.session = session;
    }
    return changes_[found->second];
}

namespace {

/// The change of a session, marked as last changed by this event. The reference holds until the next call.
SessionChange& touch(SessionListChanges& changes, SessionId session, const Envelope& meta) {
    SessionChange& change = changes.of(meta.user, session);
    change.changed_at = meta.time;
    change.changed = meta.sequence;
    return change;
}

void deactivate(SessionListChanges& changes, const std::optional<SessionId>& session, const Envelope& meta) {
    if (session) touch(changes, *session, meta).active = false;
}

void apply_event(SessionListChanges& changes, const SessionCreated& e, const Envelope& meta) {
    SessionChange& session = touch(changes, e.session, meta);
    session.created = SessionChange::Creation{e.title, e.agent_type, meta.time, e.metadata};
    session.active = true;
    session.last_message_at = meta.time;
    if (e.first_message) session.messages_added += 1;
    deactivate(changes, e.deactivated, meta);
}

// A new title is no activity: the session keeps its place in the list.
void apply_event(SessionListChanges& changes, const SessionRenamed& e, const Envelope& meta) {
    touch(changes, e.session, meta).title = e.title;
}

void apply_event(SessionListChanges& changes, const SessionDeleted& e, const Envelope& meta) {
    SessionChange& session = touch(changes, e.session, meta);
    session.deleted = true;
    session.active = false;
}

void apply_event(SessionListChanges& changes, const SessionRestored& e, const Envelope& meta) {
    SessionChange& session = touch(changes, e.session, meta);
    session.deleted = false;
    session.active = true;
    deactivate(changes, e.deactivated, meta);
}

void apply_event(SessionListChanges& changes, const MessageAdded& e, const Envelope& meta) {
    SessionChange& session = touch(changes, e.session, meta);
    session.messages_added += 1;
    session.last_message_at = std::max(session.last_message_at.value_or(meta.time), meta.time);  // never goes back
    session.active = true;
    deactivate(changes, e.deactivated, meta);
}

}  // namespace

void apply(SessionListChanges& changes, const Recorded& recorded) {
    std::visit([&](const auto& event) { apply_event(changes, event, recorded.envelope); }, recorded.event);
}

}  // namespace chat
