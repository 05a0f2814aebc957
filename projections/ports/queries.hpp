#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/agent_type.hpp"
#include "events/ids.hpp"
#include "events/json/json_text.hpp"
#include "events/outage.hpp"
#include "events/time.hpp"
#include "projections/message_history.hpp"
#include "projections/user_activity.hpp"

namespace chat {

namespace asio = boost::asio;

/// A row of the session list as readers see it.
struct SessionRow {
    SessionId id;
    std::string title;
    AgentType agent_type{};
    Time created_at;
    Time last_message_at;
    std::int64_t message_count = 0;
    bool is_active = true;
    bool is_deleted = false;
    JsonText metadata;
    Sequence changed;  // of the last event that changed the session: its version

    bool operator==(const SessionRow&) const = default;
};

/// What an answer reflects: every query reads it in the same snapshot as its rows.
struct ReadVersion {
    Sequence version;    // the user's stream as far as it is applied; 0 if nothing is known of the user
    NextOffset applied;  // the checkpoint of the user's partition
    bool quarantined = false;

    bool operator==(const ReadVersion&) const = default;
};

enum class SessionFilter { active, inactive, deleted, all };  // all: active and inactive

/// The last session of a page; the next page begins after it in (last_message_at desc, id desc).
struct SessionCursor {
    Time last_message_at;
    SessionId id;
    bool operator==(const SessionCursor&) const = default;
};

struct SessionListQuery {
    UserId user;
    SessionFilter filter = SessionFilter::active;
    std::optional<AgentType> agent_type;
    std::size_t limit = 10;
    std::optional<SessionCursor> after;
    std::optional<SessionCursor> before;  // for `prev`: the page that ends just before it; never both
    std::size_t bytes = 4 << 20;          // of metadata: the session that reaches them is the last one taken

    bool operator==(const SessionListQuery&) const = default;
};

struct SessionPage {
    std::vector<SessionRow> sessions;  // newest activity first
    bool has_newer = false;            // there are rows before the first of this page
    bool has_older = false;            // .. and after its last
    ReadVersion read;
};

struct MessagePageQuery {
    UserId user;
    SessionId session;
    std::size_t limit = 100;
    std::optional<Sequence> before;  // the newest `limit` below it
    std::optional<Sequence> after;   // the oldest `limit` above it; never both; neither: the newest `limit`
    std::size_t bytes = 4 << 20;     // of contents and metadata: the message that reaches them is the last one taken
};

struct MessagePage {
    std::optional<SessionRow> session;  // nothing: not this user's, or no such session (deleted ones are here: look)
    std::vector<MessageRow> messages;   // oldest first
    bool has_older = false;
    bool has_newer = false;
    ReadVersion read;
};

struct SingleMessage {
    std::optional<MessageRow> message;  // nothing: no such message in a session that this user has and did not delete
    ReadVersion read;
};

struct ActivityQuery {
    UserId user;
    std::optional<AgentType> agent_type{};
    std::optional<Day> from{};  // both inclusive
    std::optional<Day> to{};
    std::size_t limit = 100;
};

/// A user's messages in sessions of an agent type on a day.
struct ActivityRow {
    Day day;
    AgentType agent_type{};
    std::int64_t messages = 0;

    bool operator==(const ActivityRow&) const = default;
};

struct ActivityPage {
    std::vector<ActivityRow> rows;  // newest day first, then by agent type; days without messages are absent
    ReadVersion read;
};

/// What readers ask the read model. One snapshot a call, so that rows and version agree. Throws Outage.
class Queries {
public:
    virtual ~Queries() = default;
    virtual asio::awaitable<SessionPage> sessions(Partition partition, SessionListQuery query) = 0;
    virtual asio::awaitable<MessagePage> messages(Partition partition, MessagePageQuery query) = 0;
    virtual asio::awaitable<SingleMessage> message(Partition partition, UserId user, SessionId session,
                                                   MessageId message) = 0;
    virtual asio::awaitable<ActivityPage> activity(Partition partition, ActivityQuery query) = 0;
    virtual asio::awaitable<ReadVersion> version(Partition partition, UserId user) = 0;
};

}  // namespace chat
