#include "infra/postgres/postgres_queries.hpp"

#include <utility>

#include "infra/postgres/list_sessions.hpp"
#include "infra/postgres/read_activity.hpp"
#include "infra/postgres/read_messages.hpp"
#include "infra/postgres/read_version.hpp"

namespace chat {

asio::awaitable<SessionPage> PostgresQueries::sessions(Partition partition, SessionListQuery query) {
    return pool_.run([partition, query = std::move(query)](PostgresSession& session) {
        return list_sessions(session, partition, query);
    });
}

asio::awaitable<MessagePage> PostgresQueries::messages(Partition partition, MessagePageQuery query) {
    return pool_.run([partition, query = std::move(query)](PostgresSession& session) {
        return read_messages(session, partition, query);
    });
}

asio::awaitable<SingleMessage> PostgresQueries::message(Partition partition, UserId user, SessionId session,
                                                        MessageId message) {
    return pool_.run([partition, user = std::move(user), session, message](PostgresSession& connection) {
        return read_message(connection, partition, user, session, message);
    });
}

asio::awaitable<ActivityPage> PostgresQueries::activity(Partition partition, ActivityQuery query) {
    return pool_.run([partition, query = std::move(query)](PostgresSession& session) {
        return read_activity(session, partition, query);
    });
}

asio::awaitable<ReadVersion> PostgresQueries::version(Partition partition, UserId user) {
    return pool_.run([partition, user = std::move(user)](PostgresSession& session) {
        return read_version(session, partition, user);
    });
}

}  // namespace chat
