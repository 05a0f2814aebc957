#include "infra/postgres/append_records.hpp"

#include <cstdint>
#include <map>
#include <stdexcept>

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/record_headers.hpp"

namespace chat {

// Partitions are locked in ascending order before the first is moved, so that two appenders cannot deadlock.
const Statement append_records_sql{"append_records", R"(
    WITH locked AS MATERIALIZED (
        SELECT partition FROM log_partitions WHERE partition = ANY ($1::int[]) ORDER BY partition FOR UPDATE),
    moved AS (
        UPDATE log_partitions p SET next_offset = p.next_offset + n.records
          FROM unnest($1::int[], $2::bigint[]) AS n (partition, records)
         WHERE p.partition = n.partition AND (SELECT count(*) FROM locked) > 0
        RETURNING p.partition, p.next_offset - n.records AS first, p.next_offset),
    added AS (
        INSERT INTO log_records (partition, "offset", key, headers, value)
        SELECT m.partition, m.first + r.nth, r.key, r.headers, r.value
          FROM unnest($3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[])
               AS r (partition, nth, key, headers, value)
          JOIN moved m USING (partition))
    SELECT partition, first, pg_notify('chat_log', concat_ws(' ', partition, next_offset, current_schema())) FROM moved)"};

std::vector<Offset> append_records(PostgresSession& session, const std::vector<NewRecord>& records) {
    std::map<Partition, std::int64_t> counts;  // ordered: the statement locks in this order
    std::vector<std::int64_t> nths;
    ArrayLiteral partition, nth, key, headers, value;
    for (const auto& [where, record] : records) {
        nths.push_back(counts[where]++);
        partition.add(std::int64_t{where.value()});
        nth.add(nths.back());
        key.add_bytes(record->key);
        headers.add_bytes(encode_headers(record->headers));
        value.add_bytes(record->value);
    }
    ArrayLiteral moved_partition, moved_by;
    for (const auto& [where, count] : counts) {
        moved_partition.add(std::int64_t{where.value()});
        moved_by.add(count);
    }
    const pqxx::result rows =
        session.exec(append_records_sql, moved_partition.finish(), moved_by.finish(), partition.finish(), nth.finish(),
                     key.finish(), headers.finish(), value.finish());

    std::map<Partition, std::int64_t> first;
    for (const auto& record : rows) {
        const Fields row(record);
        first.emplace(Partition(static_cast<std::int32_t>(row.number(0))), row.number(1));
    }
    if (first.size() != counts.size()) throw std::logic_error("append to a partition that the log does not have");
    std::vector<Offset> offsets;
    offsets.reserve(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) offsets.emplace_back(first.at(records[i].partition) + nths[i]);
    return offsets;
}

}  // namespace chat
