#include "infra/postgres/postgres_bulk_loader.hpp"

#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/message_copy.hpp"

namespace chat {
namespace {

constexpr std::size_t put_bytes = 256 << 10;

}  // namespace

void PostgresBulkLoader::begin() {
    if (!in_transaction_) connection_.exec("BEGIN");
    in_transaction_ = true;
}

void PostgresBulkLoader::add(const std::vector<MessageRow>& messages) {
    if (messages.empty()) return;
    begin();
    if (!copying_) {
        connection_.begin_copy(copy_messages_sql);
        copying_ = true;
        buffer_ = begin_message_copy();
    }
    for (const MessageRow& message : messages) {
        append_message(buffer_, message);
        if (buffer_.size() < put_bytes) continue;
        connection_.put(buffer_);
        buffer_.clear();
    }
}

bool PostgresBulkLoader::finish(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch) {
    begin();
    if (copying_) {
        buffer_ += end_message_copy();
        connection_.put(buffer_);
        connection_.end_copy();
        copying_ = false;
        buffer_.clear();
    }
    const bool ours = commit_batch(connection_, partition, from, to, batch);
    connection_.exec(ours ? "COMMIT" : "ROLLBACK");
    in_transaction_ = false;
    return ours;
}

}  // namespace chat
