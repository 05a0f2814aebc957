#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infra/postgres/postgres_session.hpp"

namespace chat {

/// The tables of a read model, those of which others hold less first: whoever locks several does it in this order.
extern const std::vector<std::string> read_model_tables;

/// The schemas of a deployment: the one that programs look at first, and beside it the read model that is being made,
/// and the one that was replaced last.
struct SchemaNames {
    std::string live;
    std::string shadow;    // <live>_rebuild
    std::string previous;  // <live>_previous
};
SchemaNames schema_names(PostgresSession& session);

/// What stands in the table `rebuild` of a shadow or previous schema.
struct RebuildState {
    std::string log;    // that it is made of, for people
    int version = 0;    // of the migrations when its tables were made
    std::string stage;  // `loading`, `following`, `replaced`
    std::string since;  // when it was begun, or replaced
};
/// Nothing if there is no such schema.
std::optional<RebuildState> rebuild_state(PostgresSession& session, const std::string& schema);
void set_stage(PostgresSession& session, const std::string& schema, const std::string& stage);
int migrated_version(PostgresSession& session);

/// Makes empty tables like the live ones, with just the keys that loading needs. One transaction.
void make_shadow(PostgresSession& session, const SchemaNames& names, const std::string& log);

/// Statements that give the shadow's tables what the live ones have beside rows, in three parts: indexes, side by side;
/// keys and grants, one after the other; foreign keys and statistics, side by side. What is there already is left out.
struct FinishingSteps {
    std::vector<std::string> indexes;
    std::vector<std::string> in_turn;
    std::vector<std::string> checks;
};
FinishingSteps finishing_steps(PostgresSession& session, const SchemaNames& names);

/// Removes it with all that is in it; nothing if it is not there.
void drop_schema(PostgresSession& session, const std::string& schema);

// The exchange, within one transaction. First the projectors are held off the live tables; readers go on.

/// Waits until no read model, the previous one included, is vacuumed or analyzed, and keeps it so; holds up nobody
/// else. Throws Outage past half a minute.
void hold_off_vacuum(PostgresSession& tx, const SchemaNames& names, const std::string& replacing);
/// Throws Outage if the locks are not had soon; begin anew then, since waiting longer would hold up everyone else.
void hold_off_projectors(PostgresSession& tx);
/// Holds off everyone for the rest of the transaction, which is short. Throws Outage likewise.
void hold_off_all(PostgresSession& tx, const SchemaNames& names, const std::string& replacing);
/// True if `schema` has applied at least what the live read model has, of every partition.
bool has_caught_up(PostgresSession& session, const SchemaNames& names, const std::string& schema);
/// `replacing` becomes the live read model, with editions above those of both, and that becomes the previous one; then
/// tells the APIs.
void exchange(PostgresSession& tx, const SchemaNames& names, const std::string& replacing, const std::string& log);

}  // namespace chat
