#include "infra/postgres/postgres_bulk_loader.hpp"

#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/copy_rows.hpp"

namespace chat {
namespace {

/// A partition's first rows: the checkpoint by compare-and-set as ever, then whole rows.
bool commit_first(BulkConnection& connection, Partition partition, const Checkpoint& to, const Batch& batch) {
    if (!commit_batch(connection, partition, NextOffset(0), to, Batch())) return false;
    copy_rows(connection, batch);
    return true;
}

}  // namespace

void PostgresBulkLoader::begin() {
    if (!in_transaction_) connection_.exec("BEGIN");
    in_transaction_ = true;
}

void PostgresBulkLoader::add(const std::vector<MessageRow>& messages) {
    if (messages.empty()) return;
    begin();
    if (!messages_) messages_.emplace(begin_message_copy(connection_));
    for (const MessageRow& message : messages) copy_message(*messages_, message);
}

bool PostgresBulkLoader::finish(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch) {
    begin();
    if (messages_) messages_->end();
    messages_.reset();
    const bool ours = from == NextOffset(0) ? commit_first(connection_, partition, to, batch)
                                            : commit_batch(connection_, partition, from, to, batch);
    connection_.exec(ours ? "COMMIT" : "ROLLBACK");
    in_transaction_ = false;
    return ours;
}

}  // namespace chat
