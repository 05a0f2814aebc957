#include "projections/replay/user_rows.hpp"

#include <algorithm>
#include <tuple>

namespace chat {
namespace {

StoredSession row_before_changes(const SessionChange& change) {
    const SessionChange::Creation& created = *change.created;
    return {.row = {.id = change.session,
                    .title = created.title,
                    .agent_type = created.agent_type,
                    .created_at = created.created_at,
                    .last_message_at = created.created_at,
                    .message_count = 0,
                    .is_active = true,
                    .is_deleted = false,
                    .metadata = created.metadata,
                    .changed = change.changed},
            .deleted_at = {}};
}

void change_session(StoredSession& session, const SessionChange& change) {
    SessionRow& row = session.row;
    if (change.title) row.title = *change.title;
    row.is_active = change.active.value_or(row.is_active);
    if (change.deleted) session.deleted_at = *change.deleted ? std::optional(change.changed_at) : std::nullopt;
    row.is_deleted = session.deleted_at.has_value();
    row.message_count += change.messages_added;
    row.last_message_at = std::max(row.last_message_at, change.last_message_at.value_or(row.last_message_at));
    row.changed = change.changed;
}

/// The session as `change` had left it when the answer was given: `before` is the row before the batch, if it was
/// there.
AnswerRow answer_from(const CommandAnswer& answer, const StoredSession* before) {
    StoredSession session = answer.session.created ? row_before_changes(answer.session) : StoredSession{};
    if (!answer.session.created && before) session = *before;
    change_session(session, answer.session);
    return {.fingerprint = answer.fingerprint,
            .sequence = answer.sequence,
            .time = answer.time,
            .session = answer.session.session,
            .message = answer.message,
            .title = session.row.title,
            .message_count = session.row.message_count,
            .last_message_at = session.row.last_message_at,
            .is_active = session.row.is_active,
            .is_deleted = session.row.is_deleted};
}

}  // namespace

StoredSession created_row(const SessionChange& change) {
    StoredSession session = row_before_changes(change);
    change_session(session, change);
    return session;
}

AnswerRow first_row(const CommandAnswer& answer) { return answer_from(answer, nullptr); }

std::vector<UserActivityRow> first_rows(const UserActivityChanges& changes) {
    std::vector<UserActivityRow> all;
    for (const ActivityChange& change : changes.all())
        if (change.agent_type) all.push_back({change.user.value(), {change.day, *change.agent_type}, change.messages});
    std::ranges::sort(all, {}, [](const UserActivityRow& row) { return std::tie(row.user, row.key); });
    std::vector<UserActivityRow> rows;
    for (const UserActivityRow& row : all) {
        if (!rows.empty() && rows.back().user == row.user && rows.back().key == row.key)
            rows.back().messages += row.messages;
        else
            rows.push_back(row);
    }
    return rows;
}

void commit_to(RowsByUser& rows, const Batch& batch) {
    // Answers are made of the sessions as they were before the batch.
    for (const CommandAnswer& answer : batch.answers.all()) {
        UserRows& user = rows[answer.session.user];
        const auto before = user.sessions.find(answer.session.session);
        user.answers[answer.key] = answer_from(answer, before == user.sessions.end() ? nullptr : &before->second);
    }
    std::unordered_map<SessionId, UserRows*> owners;
    for (const SessionChange& change : batch.sessions.all()) {
        UserRows& user = rows[change.user];
        owners[change.session] = &user;
        if (change.created) {
            user.sessions[change.session] = created_row(change);
            continue;
        }
        const auto session = user.sessions.find(change.session);
        if (session != user.sessions.end()) change_session(session->second, change);
    }
    for (const MessageRow& message : batch.messages) owners.at(message.session)->messages.push_back(message);
    for (const ActivityChange& change : batch.activity.all()) {
        UserRows& user = rows[change.user];
        const auto session = user.sessions.find(change.session);
        if (session != user.sessions.end())
            user.activity[{change.day, session->second.row.agent_type}] += change.messages;
    }
    for (const auto& [user, status] : batch.streams) rows[user].stream = status;
}

}  // namespace chat
