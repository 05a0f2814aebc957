#include "commands/user_chats.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace chat {

UserChats::UserChats(StreamHead head, Time last_time, std::vector<Session> sessions)
    : head_(head), last_time_(last_time) {
    for (Session& session : sessions) {
        const SessionId id = session.id;
        sessions_.emplace(id, std::move(session));
    }
}

const Session* UserChats::find(SessionId id) const {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

std::optional<SessionId> UserChats::least_recent_if_full(AgentType type) const {
    std::size_t active = 0;
    const Session* least = nullptr;
    for (const auto& [id, session] : sessions_) {
        if (!session.active || session.agent_type != type) continue;
        ++active;
        if (!least || session.last_message_at < least->last_message_at) least = &session;
    }
    return active < active_sessions_limit ? std::nullopt : std::optional(least->id);
}

std::size_t UserChats::bytes() const {
    std::size_t sum = sizeof(UserChats);
    for (const auto& [id, session] : sessions_) {
        sum += sizeof(session) + session.title.size() + 64;
        if (session.metadata) sum += session.metadata->view().size();
    }
    for (const auto& [key, answered] : answered_) {
        sum += 512 + key.size() + answered.answer.session.title.size();
        if (answered.answer.added) sum += answered.answer.added->content.size();
    }
    return sum;
}

const Answered* UserChats::answered(std::string_view command_key) const {
    const auto found = answered_.find(command_key);
    return found == answered_.end() ? nullptr : &found->second;
}

void UserChats::forget_answer(std::string_view command_key) {
    const auto found = answered_.find(command_key);
    if (found != answered_.end()) answered_.erase(found);
}

void UserChats::remember_answer(const Recorded& recorded) {
    const auto& causes = recorded.envelope.causes;
    const Session* session = find(recorded.envelope.session);
    if (!causes.command_key || !session) return;
    Answered answered{causes.command_fingerprint.value_or(""),
                      Answer{*session, {}, recorded.envelope.time, recorded.envelope.sequence}};
    if (const auto* added = std::get_if<MessageAdded>(&recorded.event)) answered.answer.added = *added;
    answered_.insert_or_assign(*causes.command_key, std::move(answered));
}

Session* UserChats::changing(SessionId id, const Envelope& envelope) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return nullptr;
    found->second.changed = envelope.sequence;
    return &found->second;
}

void UserChats::deactivate(const std::optional<SessionId>& id, const Envelope& envelope) {
    if (!id) return;
    if (Session* session = changing(*id, envelope)) session->active = false;
}

void UserChats::apply_to(const SessionCreated& event, const Envelope& envelope) {
    sessions_.insert_or_assign(event.session, Session{.id = event.session,
                                                      .title = event.title,
                                                      .agent_type = event.agent_type,
                                                      .created_at = envelope.time,
                                                      .last_message_at = envelope.time,
                                                      .message_count = event.first_message ? 1 : 0,
                                                      .active = true,
                                                      .deleted = false,
                                                      .metadata = event.metadata,
                                                      .changed = envelope.sequence});
    deactivate(event.deactivated, envelope);
}

void UserChats::apply_to(const SessionRenamed& event, const Envelope& envelope) {
    if (Session* session = changing(event.session, envelope)) session->title = event.title;
}

void UserChats::apply_to(const SessionDeleted& event, const Envelope& envelope) {
    if (Session* session = changing(event.session, envelope)) {
        session->active = false;
        session->deleted = true;
    }
}

void UserChats::apply_to(const SessionRestored& event, const Envelope& envelope) {
    if (Session* session = changing(event.session, envelope)) {
        session->active = true;
        session->deleted = false;
    }
    deactivate(event.deactivated, envelope);
}

void UserChats::apply_to(const MessageAdded& event, const Envelope& envelope) {
    if (Session* session = changing(event.session, envelope)) {
        session->message_count += 1;
        session->last_message_at = std::max(session->last_message_at, envelope.time);
        session->active = true;
    }
    deactivate(event.deactivated, envelope);
}

UserChats evolve(UserChats chats, const Recorded& recorded) {
    std::visit([&](const auto& event) { chats.apply_to(event, recorded.envelope); }, recorded.event);
    chats.head_ = {recorded.envelope.sequence, recorded.envelope.id};
    chats.last_time_ = std::max(chats.last_time_, recorded.envelope.time);
    chats.remember_answer(recorded);
    return chats;
}

}  // namespace chat
