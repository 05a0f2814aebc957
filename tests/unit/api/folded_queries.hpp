#pragma once

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "commands/user_chats.hpp"
#include "projections/ports/queries.hpp"
#include "tests/unit/commands/scripted_log.hpp"

namespace chat::test {

/// A read model that a test projects by hand: the fold of the log below `applied`. Pages are simple: no cursors.
class FoldedQueries final : public Queries {
public:
    explicit FoldedQueries(const given::ScriptedLog& log) : log_(log) {}

    NextOffset applied;
    bool down = false;
    bool quarantined = false;
    bool lacks_all = false;  // of what is applied
    int asked = 0;
    std::function<void()> after_snapshot;  // runs once, when the next query has read and not yet answered

    asio::awaitable<SessionPage> sessions(Partition, SessionListQuery query) override {
        const Folded folded = fold(query.user);
        SessionPage page;
        page.read = folded.read;
        for (const auto& [id, session] : folded.chats.sessions())
            if (session.active && page.sessions.size() < query.limit) page.sessions.push_back(row(session));
        page.has_older = folded.chats.sessions().size() > query.limit;
        co_return page;
    }
    asio::awaitable<MessagePage> messages(Partition, MessagePageQuery query) override {
        Folded folded = fold(query.user);
        MessagePage page;
        page.read = folded.read;
        if (const Session* session = folded.chats.find(query.session)) page.session = row(*session);
        std::erase_if(folded.messages, [&](const MessageRow& message) { return message.session != query.session; });
        page.messages = std::move(folded.messages);
        if (page.messages.size() > query.limit) {
            page.has_older = true;
            page.messages.erase(page.messages.begin(), page.messages.end() - static_cast<std::ptrdiff_t>(query.limit));
        }
        co_return page;
    }
    asio::awaitable<SingleMessage> message(Partition, UserId user, SessionId session, MessageId id) override {
        const Folded folded = fold(user);
        SingleMessage single;
        single.read = folded.read;
        for (const MessageRow& row : folded.messages)
            if (row.session == session && row.id == id && !folded.chats.find(session)->deleted) single.message = row;
        co_return single;
    }
    asio::awaitable<ActivityPage> activity(Partition, ActivityQuery query) override {
        const Folded folded = fold(query.user);
        ActivityPage page;
        page.read = folded.read;
        for (const MessageRow& row : folded.messages) {
            if (page.rows.empty()) page.rows.push_back({day_of(row.created_at), AgentType::primary, 0});
            page.rows.back().messages += 1;
        }
        co_return page;
    }
    asio::awaitable<ReadVersion> version(Partition, UserId user) override { co_return fold(user).read; }

private:
    struct Folded {
        UserChats chats;
        MessageHistoryChanges messages;
        ReadVersion read;
    };

    Folded fold(const UserId& user) {
        ++asked;
        if (down) throw Outage("password=secret");
        Folded folded;
        for (std::size_t i = 0; i < static_cast<std::size_t>(applied.value()) && !lacks_all; ++i) {
            const auto recorded = decode(*log_.records[i]);
            if (!recorded || recorded->envelope.user != user) continue;
            if (place(folded.chats.head(), *decode_link(*log_.records[i])) != Placement::belongs) continue;
            folded.chats = evolve(std::move(folded.chats), *recorded);
            apply(folded.messages, *recorded);
        }
        folded.read = {folded.chats.head().sequence, applied, quarantined};
        if (after_snapshot) std::exchange(after_snapshot, {})();
        return folded;
    }
    static SessionRow row(const Session& session) {
        return {session.id,         session.title,           session.agent_type,
                session.created_at, session.last_message_at, session.message_count,
                session.active,     session.deleted,         session.metadata.value(),
                session.changed};
    }

    const given::ScriptedLog& log_;
};

}  // namespace chat::test
