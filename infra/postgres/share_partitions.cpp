#include "infra/postgres/share_partitions.hpp"

#include "infra/postgres/fields.hpp"

namespace chat {

// objsubid 2: locks with a pair of keys. Key -1 is the presence, which all share; as an oid it is 2^32 - 1.
const Statement read_shares_sql{"read_shares", R"(
    SELECT objid::bigint, pid = pg_backend_pid() FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = $1::bigint::oid
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"};

const Statement show_presence_sql{"show_presence", "SELECT pg_try_advisory_lock_shared($1::int, -1)"};

const Statement lock_share_sql{"lock_share", "SELECT pg_try_advisory_lock($1::int, $2::int)"};

const Statement unlock_share_sql{"unlock_share", "SELECT pg_advisory_unlock($1::int, $2::int)"};

namespace {

constexpr std::int64_t presence = 4'294'967'295;

struct Shares {
    std::int32_t projectors = 0;
    bool present = false;  // we are one of them
    std::set<Partition> ours;
    std::set<Partition> taken;  // by others
};

Shares read_shares(PostgresSession& session, std::int32_t key) {
    const pqxx::result rows = session.exec(read_shares_sql, std::int64_t{static_cast<std::uint32_t>(key)});
    Shares shares;
    for (const auto& record : rows) {
        const Fields row(record);
        const std::int64_t lock = row.number(0);
        const bool is_ours = row.boolean(1);
        if (lock == presence) {
            ++shares.projectors;
            shares.present = shares.present || is_ours;
        } else {
            (is_ours ? shares.ours : shares.taken).insert(Partition(static_cast<std::int32_t>(lock)));
        }
    }
    return shares;
}

}  // namespace

std::int32_t share_key(std::string_view projection) {
    std::uint32_t hash = 2'166'136'261;  // FNV-1a
    for (const char c : projection) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619u;
    return static_cast<std::int32_t>(hash);
}

std::set<Partition> share_partitions(PostgresSession& session, std::int32_t key, std::int32_t partitions) {
    Shares shares = read_shares(session, key);
    if (!shares.present) {
        session.exec(show_presence_sql, key);
        ++shares.projectors;
    }
    const auto fair = static_cast<std::size_t>((partitions + shares.projectors - 1) / shares.projectors);
    while (shares.ours.size() > fair) {
        const auto last = std::prev(shares.ours.end());
        session.exec(unlock_share_sql, key, last->value());
        shares.ours.erase(last);
    }
    for (std::int32_t i = 0; i < partitions && shares.ours.size() < fair; ++i) {
        const Partition partition(i);
        if (shares.ours.contains(partition) || shares.taken.contains(partition)) continue;
        const pqxx::result locked = session.exec(lock_share_sql, key, i);
        if (Fields(locked[0]).boolean(0)) shares.ours.insert(partition);
    }
    return shares.ours;
}

}  // namespace chat
