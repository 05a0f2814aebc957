#include "infra/memory/memory_tables.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace chat {
namespace {

SessionRow row_of(const Session& session) {
    return {session.id,         session.title,           session.agent_type,
            session.created_at, session.last_message_at, session.message_count,
            session.active,     session.deleted,         session.metadata.value(),
            session.changed};
}

bool shown_in(SessionFilter filter, const Session& session) {
    switch (filter) {
        case SessionFilter::active:
            return session.active && !session.deleted;
        case SessionFilter::inactive:
            return !session.active && !session.deleted;
        case SessionFilter::deleted:
            return session.deleted;
        case SessionFilter::all:
            return !session.deleted;
    }
    return false;
}

bool newer(const SessionRow& row, Time time, SessionId id) {
    return std::tie(row.last_message_at, row.id) > std::tie(time, id);
}

const MessageRow* row_with(MessageId id, const std::vector<MessageRow>& rows) {
    const auto found = std::ranges::find(rows, id, &MessageRow::id);
    return found == rows.end() ? nullptr : &*found;
}

/// The session as the change leaves it. Nothing of an unknown one but what the change says.
Session changed(Session session, const SessionChange& change) {
    session.id = change.session;
    if (change.created) {
        session.title = change.created->title;
        session.agent_type = change.created->agent_type;
        session.created_at = change.created->created_at;
        session.last_message_at = change.created->created_at;
        session.metadata = change.created->metadata;
    }
    session.title = change.title.value_or(session.title);
    session.active = change.active.value_or(session.active);
    session.deleted = change.deleted.value_or(session.deleted);
    session.message_count += change.messages_added;
    session.last_message_at =
        std::max(session.last_message_at, change.last_message_at.value_or(session.last_message_at));
    session.changed = change.changed;
    return session;
}

}  // namespace

const MemoryTables::User* MemoryTables::find(const UserId& user) const {
    const auto found = users_.find(user);
    return found == users_.end() ? nullptr : &found->second;
}

Checkpoint MemoryTables::checkpoint(Partition partition) const {
    const auto found = checkpoints_.find(partition);
    return found == checkpoints_.end() ? Checkpoint{} : found->second;
}

StoredStreams MemoryTables::streams(Partition partition, const std::vector<UserId>& users) const {
    const Checkpoint now = checkpoint(partition);
    StoredStreams found{{}, now.next_offset, now.edition};
    for (const UserId& user : users)
        if (const User* known = find(user); known && known->stream != StreamStatus{})
            found.streams.emplace(user, known->stream);
    return found;
}

bool MemoryTables::commit(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch) {
    const Checkpoint now = checkpoint(partition);
    if (now.next_offset != from || now.edition != to.edition) return false;
    checkpoints_[partition] = to;
    for (const CommandAnswer& answer : batch.answers.all()) add(answer, batch.messages);
    for (const SessionChange& change : batch.sessions.all()) add(change);
    for (const MessageRow& row : batch.messages) users_[owners_.at(row.session)].messages.push_back(row);
    for (const ActivityChange& change : batch.activity.all()) {
        User& user = users_[change.user];
        user.activity[{change.day, user.sessions.at(change.session).agent_type}] += change.messages;
    }
    for (const auto& [user, stream] : batch.streams) users_[user].stream = stream;
    return true;
}

void MemoryTables::new_edition(Partition partition) {
    Edition& edition = checkpoints_[partition].edition;
    edition = edition.next();
}

void MemoryTables::quarantine(Partition partition, const UserId& user, const std::string& why) {
    StreamStatus& stream = users_[user].stream;
    if (stream.quarantined_at) return;
    stream.quarantined_at = Offset(checkpoint(partition).next_offset.value());
    stream.quarantine_reason = why;
    new_edition(partition);
}

void MemoryTables::replace(Partition partition, const UserId& user, const MemoryTables& by) {
    std::erase_if(owners_, [&](const auto& owned) { return owned.second == user; });
    users_.erase(user);
    if (const User* right = by.find(user)) {
        users_[user] = *right;
        for (const auto& [id, session] : right->sessions) owners_.emplace(id, user);
    }
    new_edition(partition);
}

/// Of the session before the batch, which is changed after its answers are kept.
void MemoryTables::add(const CommandAnswer& answer, const std::vector<MessageRow>& added) {
    User& user = users_[answer.session.user];
    const auto before = user.sessions.find(answer.session.session);
    Answered& kept = user.answers[answer.key];
    kept.fingerprint = answer.fingerprint;
    kept.answer = {changed(before == user.sessions.end() ? Session{} : before->second, answer.session),
                   {},
                   answer.time,
                   answer.sequence};
    kept.answer.session.changed = answer.sequence;
    if (!answer.message) return;
    if (const MessageRow* row = row_with(*answer.message, added)) {
        kept.answer.added = MessageAdded{.session = row->session,
                                         .message = row->id,
                                         .message_type = row->message_type,
                                         .content = row->content,
                                         .agent_type = row->agent_type,
                                         .metadata = row->metadata,
                                         .reactivated = false,
                                         .deactivated = {}};
    }
}

void MemoryTables::add(const SessionChange& change) {
    owners_.emplace(change.session, change.user);
    Session& session = users_[change.user].sessions[change.session];
    session = changed(std::move(session), change);
}

std::size_t MemoryTables::forget_answers(Time before) {
    std::size_t forgotten = 0;
    for (auto& [id, user] : users_)
        forgotten += std::erase_if(user.answers, [&](const auto& kept) { return kept.second.answer.time < before; });
    return forgotten;
}

StoredChats MemoryTables::load(Partition partition, const UserId& user) const {
    StoredChats stored{{}, checkpoint(partition), false};
    const User* known = find(user);
    if (!known) return stored;
    stored.quarantined = known->stream.quarantined_at.has_value();
    std::vector<Session> sessions;
    for (const auto& [id, session] : known->sessions) {
        sessions.push_back(session);
        if (session.metadata->view().size() > long_metadata) sessions.back().metadata.reset();
    }
    stored.chats = UserChats(known->stream.head, known->stream.last_time, std::move(sessions));
    return stored;
}

std::optional<JsonText> MemoryTables::metadata(SessionId session) const {
    const auto owner = owners_.find(session);
    return owner == owners_.end() ? std::nullopt : users_.at(owner->second).sessions.at(session).metadata;
}

StoredAnswer MemoryTables::answered(Partition partition, const UserId& user, const std::string& command_key) const {
    StoredAnswer answer{{}, checkpoint(partition)};
    const User* known = find(user);
    if (!known) return answer;
    answer.quarantined = known->stream.quarantined_at.has_value();
    if (const auto found = known->answers.find(command_key); found != known->answers.end())
        answer.first = found->second;
    return answer;
}

ActivityPage MemoryTables::activity(Partition partition, const ActivityQuery& query) const {
    ActivityPage page;
    page.read = version(partition, query.user);
    const User* user = find(query.user);
    if (!user) return page;
    for (const auto& [key, messages] : user->activity) {
        const auto& [day, type] = key;
        const bool wanted = (!query.from || day >= *query.from) && (!query.to || day <= *query.to) &&
                            (!query.agent_type || type == *query.agent_type);
        if (wanted) page.rows.push_back({day, type, messages});
    }
    std::ranges::sort(page.rows, [](const ActivityRow& a, const ActivityRow& b) {
        return std::pair(b.day, to_string(a.agent_type)) < std::pair(a.day, to_string(b.agent_type));
    });
    if (page.rows.size() > query.limit) page.rows.resize(query.limit);
    return page;
}

ReadVersion MemoryTables::version(Partition partition, const UserId& user) const {
    const User* known = find(user);
    const NextOffset applied = checkpoint(partition).next_offset;
    if (!known) return {Sequence(0), applied, false};
    return {known->stream.head.sequence, applied, known->stream.quarantined_at.has_value()};
}

SessionPage MemoryTables::sessions(Partition partition, const SessionListQuery& query) const {
    SessionPage page;
    page.read = version(partition, query.user);
    const User* known = find(query.user);
    if (!known) return page;
    std::vector<SessionRow> rows;
    for (const auto& [id, session] : known->sessions) {
        if (!shown_in(query.filter, session) || (query.agent_type && session.agent_type != *query.agent_type)) continue;
        rows.push_back(row_of(session));
    }
    std::ranges::sort(rows, [](const SessionRow& a, const SessionRow& b) { return newer(a, b.last_message_at, b.id); });
    std::size_t bytes = 0, count = 0;
    const auto fits = [&](const SessionRow& row) {
        if (bytes >= query.bytes || count >= query.limit) return false;
        bytes += row.metadata.view().size();
        ++count;
        return true;
    };
    auto from = rows.begin(), to = rows.end();
    if (query.after) {
        from = std::ranges::find_if(rows, [&](const SessionRow& row) {
            return !newer(row, query.after->last_message_at, query.after->id) && row.id != query.after->id;
        });
    }
    if (query.before) {
        to = std::ranges::find_if(
            rows, [&](const SessionRow& row) { return !newer(row, query.before->last_message_at, query.before->id); });
        for (from = to; from != rows.begin() && fits(*std::prev(from));) --from;
    } else {
        to = std::find_if_not(from, to, fits);
    }
    page.has_newer = from != rows.begin();
    page.has_older = to != rows.end();
    page.sessions.assign(from, to);
    return page;
}

MessagePage MemoryTables::messages(Partition partition, const MessagePageQuery& query) const {
    MessagePage page;
    page.read = version(partition, query.user);
    const User* known = find(query.user);
    if (!known || !known->sessions.contains(query.session)) return page;
    page.session = row_of(known->sessions.at(query.session));
    std::vector<MessageRow> rows;
    for (const MessageRow& row : known->messages)
        if (row.session == query.session) rows.push_back(row);
    std::size_t bytes = 0;
    const auto fits = [&](const MessageRow& row) {
        if (bytes >= query.bytes || page.messages.size() >= query.limit) return false;
        bytes += row.content.size() + row.metadata.view().size();
        page.messages.push_back(row);
        return true;
    };
    auto from = rows.begin(), to = rows.end();
    if (query.after) {
        from = std::ranges::find_if(rows, [&](const MessageRow& row) { return row.sequence > *query.after; });
        to = std::find_if_not(from, to, fits);
    } else {
        if (query.before)
            to = std::ranges::find_if(rows, [&](const MessageRow& row) { return row.sequence >= *query.before; });
        for (from = to; from != rows.begin() && fits(*std::prev(from));) --from;
        std::ranges::reverse(page.messages);
    }
    page.has_older = from != rows.begin();
    page.has_newer = to != rows.end();
    return page;
}

SingleMessage MemoryTables::message(Partition partition, const UserId& user, SessionId session, MessageId id) const {
    SingleMessage single;
    single.read = version(partition, user);
    const User* known = find(user);
    if (!known || !known->sessions.contains(session) || known->sessions.at(session).deleted) return single;
    const MessageRow* row = row_with(id, known->messages);
    if (row && row->session == session) single.message = *row;
    return single;
}

}  // namespace chat
