#include "projections/message_history.hpp"

#include <utility>
#include <variant>

namespace chat {
namespace {

void apply_event(MessageHistoryChanges& changes, SessionCreated&& e, const Envelope& meta) {
    if (!e.first_message) return;
    changes.push_back({.id = e.first_message->id,
                       .session = e.session,
                       .message_type = MessageType::user,
                       .content = std::move(e.first_message->content),
                       .agent_type = std::nullopt,
                       .metadata = JsonText(),
                       .created_at = meta.time,
                       .sequence = meta.sequence});
}

void apply_event(MessageHistoryChanges& changes, MessageAdded&& e, const Envelope& meta) {
    changes.push_back({.id = e.message,
                       .session = e.session,
                       .message_type = e.message_type,
                       .content = std::move(e.content),
                       .agent_type = std::move(e.agent_type),
                       .metadata = std::move(e.metadata),
                       .created_at = meta.time,
                       .sequence = meta.sequence});
}

// Said one by one, so that a new event has to be thought about here.
void apply_event(MessageHistoryChanges&, const SessionRenamed&, const Envelope&) {}
void apply_event(MessageHistoryChanges&, const SessionDeleted&, const Envelope&) {}
void apply_event(MessageHistoryChanges&, const SessionRestored&, const Envelope&) {}

}  // namespace

void apply(MessageHistoryChanges& changes, Recorded recorded) {
    std::visit([&](auto& event) { apply_event(changes, std::move(event), recorded.envelope); }, recorded.event);
}

}  // namespace chat
