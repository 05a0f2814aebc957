#include "infra/postgres/postgres_publication_store.hpp"

#include <memory>

#include "infra/postgres/forget_publication.hpp"
#include "infra/postgres/read_publication.hpp"
#include "infra/postgres/save_publication.hpp"

namespace chat {

asio::awaitable<PublicationMark> PostgresPublicationStore::mark(Partition partition) {
    return pool_.run([topic = topic_, partition](PostgresSession& session) {
        return read_publication_mark(session, topic, partition);
    });
}

asio::awaitable<KnownStreams> PostgresPublicationStore::streams(std::vector<UserId> users) {
    return pool_.run([topic = topic_, users = std::move(users)](PostgresSession& session) {
        return read_publication_streams(session, topic, users);
    });
}

asio::awaitable<bool> PostgresPublicationStore::save(Partition partition, NextOffset from, PublicationMark to,
                                                     KnownStreams changed) {
    // Shared, since a std::function may be copied.
    return pool_.run([topic = topic_, partition, from, to = std::move(to),
                      changed = std::make_shared<const KnownStreams>(std::move(changed))](PostgresSession& session) {
        return save_publication(session, topic, partition, from, to, *changed);
    });
}

asio::awaitable<bool> PostgresPublicationStore::forget(Partition partition, NextOffset from) {
    return pool_.run([topic = topic_, partition, from](PostgresSession& session) {
        return forget_publication(session, topic, partition, from);
    });
}

}  // namespace chat
