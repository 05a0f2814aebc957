#include "infra/postgres/append_records.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

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
          FROM unnest($1::int[], $2::bigint[], $8::bigint[]) AS n (partition, records, least)
         WHERE p.partition = n.partition AND p.next_offset >= n.least AND (SELECT count(*) FROM locked) > 0
        RETURNING p.partition, p.next_offset - n.records AS first, p.next_offset),
    added AS (
        INSERT INTO log_records (partition, "offset", key, headers, value)
        SELECT m.partition, m.first + r.nth, r.key, r.headers, r.value
          FROM unnest($3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[])
               AS r (partition, nth, key, headers, value)
          JOIN moved m USING (partition))
    SELECT partition, first, pg_notify('chat_log', concat_ws(' ', partition, next_offset, current_schema())) FROM moved)"};

std::vector<std::optional<Offset>> append_records(PostgresSession& session, const std::vector<NewRecord>& records) {
    struct OfPartition {
        std::int64_t count = 0;
        NextOffset least;
    };
    std::map<Partition, OfPartition> partitions;  // ordered: the statement locks in this order
    std::vector<std::int64_t> nths;
    ArrayLiteral partition, nth, key, headers, value;
    for (const NewRecord& added : records) {
        OfPartition& of = partitions[added.partition];
        nths.push_back(of.count++);
        of.least = std::max(of.least, added.least);
        partition.add(std::int64_t{added.partition.value()});
        nth.add(nths.back());
        key.add_bytes(added.record->key);
        headers.add_bytes(encode_headers(added.record->headers));
        value.add_bytes(added.record->value);
    }
    ArrayLiteral moved_partition, moved_by, least;
    for (const auto& [where, of] : partitions) {
        moved_partition.add(std::int64_t{where.value()});
        moved_by.add(of.count);
        least.add(of.least.value());
    }
    const pqxx::result rows =
        session.exec(append_records_sql, moved_partition.finish(), moved_by.finish(), partition.finish(), nth.finish(),
                     key.finish(), headers.finish(), value.finish(), least.finish());

    std::map<Partition, std::int64_t> first;
    for (const auto& record : rows) {
        const Fields row(record);
        first.emplace(Partition(static_cast<std::int32_t>(row.number(0))), row.number(1));
    }
    std::vector<std::optional<Offset>> offsets;
    offsets.reserve(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto found = first.find(records[i].partition);
        offsets.push_back(found == first.end() ? std::nullopt : std::optional(Offset(found->second + nths[i])));
    }
    return offsets;
}

}  // namespace chat
