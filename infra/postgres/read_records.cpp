#include "infra/postgres/read_records.hpp"

#include <string>

#include "events/log_cut.hpp"
#include "infra/postgres/bytea.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/record_headers.hpp"

namespace chat {

// octet_length reads no stored value that is out of line; those past 8 MiB together are left for the next call.
const Statement read_records_sql{"read_records", R"(
    SELECT p.next_offset, r."offset", r.key, r.headers, r.value
      FROM log_partitions p
      LEFT JOIN LATERAL (
        SELECT l.*, sum(octet_length(l.value)) OVER (ORDER BY l."offset" ROWS UNBOUNDED PRECEDING)
                    - octet_length(l.value) AS before
          FROM (SELECT "offset", key, headers, value FROM log_records
                 WHERE partition = $1 AND "offset" >= $2 ORDER BY "offset" LIMIT $3::bigint) l) r
        ON r.before < 8 * 1024 * 1024
     WHERE p.partition = $1::int
     ORDER BY r."offset")"};

const Statement read_ends_sql{"read_ends", "SELECT next_offset FROM log_partitions ORDER BY partition"};

ReadRecords read_records(PostgresSession& session, Partition partition, NextOffset next, std::size_t limit) {
    const pqxx::result rows =
        session.exec(read_records_sql, partition.value(), next.value(), static_cast<std::int64_t>(limit));
    ReadRecords read;
    if (rows.empty()) throw LogCut("the log has no partition " + std::to_string(partition.value()));
    read.end = NextOffset(Fields(rows[0]).number(0));
    const auto hole = [&] {
        return LogCut("partition " + std::to_string(partition.value()) + " of the log lacks the record at offset " +
                      std::to_string(next.value()));
    };
    for (const auto& line : rows) {
        const Fields row(line);
        if (row.null(1)) {
            if (next < read.end) throw hole();
            break;
        }
        const Offset offset(row.number(1));
        if (offset.value() != next.value()) throw hole();
        auto record = std::make_shared<Record>();
        record->key = from_bytea(row.text(2));
        record->headers = decode_headers(from_bytea(row.text(3)));
        record->value = from_bytea(row.text(4));
        read.records.push_back({offset, std::move(record)});
        next = after(offset);
    }
    return read;
}

std::vector<NextOffset> read_ends(PostgresSession& session) {
    const pqxx::result rows = session.exec(read_ends_sql);
    std::vector<NextOffset> ends;
    for (const auto& row : rows) ends.emplace_back(Fields(row).number(0));
    return ends;
}

}  // namespace chat
