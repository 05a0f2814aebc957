#include "infra/postgres/shadow_schema.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>

#include "infra/postgres/fields.hpp"
#include "infra/postgres/quoted_name.hpp"

namespace chat {

const std::vector<std::string> read_model_tables{"checkpoints",   "user_streams",    "chat_sessions",
                                                 "chat_messages", "command_answers", "user_activity"};

namespace {

std::string literal(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

std::string in_schema(const std::string& schema, const std::string& table) {
    return quoted_name(schema) + "." + quoted_name(table);
}

std::string list_of(const std::vector<std::string>& schemas) {
    std::string list;
    for (const std::string& schema : schemas)
        for (const std::string& table : read_model_tables)
            list += (list.empty() ? "" : ", ") + in_schema(schema, table);
    return list;
}

/// The live tables, as a condition on pg_class `c`.
std::string is_live(const SchemaNames& names) {
    std::string tables;
    for (const std::string& table : read_model_tables) tables += (tables.empty() ? "" : ", ") + literal(table);
    return "c.relnamespace = " + literal(names.live) + "::regnamespace AND c.relname IN (" + tables + ")";
}

std::vector<std::string> texts_of(PostgresSession& session, const std::string& query) {
    std::vector<std::string> found;
    for (const auto& row : session.exec(query)) found.push_back(Fields(row).string(0));
    return found;
}

bool schema_exists(PostgresSession& session, const std::string& schema) {
    return !session.exec("SELECT FROM pg_namespace WHERE nspname = " + literal(schema)).empty();
}

void make_state(PostgresSession& tx, const std::string& schema, const std::string& log, const std::string& stage) {
    tx.exec("CREATE TABLE " + in_schema(schema, "rebuild") +
            " (log text NOT NULL, version int NOT NULL, stage text NOT NULL, since timestamptz NOT NULL DEFAULT now());"
            "INSERT INTO " +
            in_schema(schema, "rebuild") + " (log, version, stage) VALUES (" + literal(log) + ", " +
            std::to_string(migrated_version(tx)) + ", " + literal(stage) + ")");
}

}  // namespace

SchemaNames schema_names(PostgresSession& session) {
    const std::string live = Fields(session.exec("SELECT current_schema()")[0]).string(0);
    return {live, live + "_rebuild", live + "_previous"};
}

int migrated_version(PostgresSession& session) {
    return static_cast<int>(Fields(session.exec("SELECT max(version) FROM schema_migrations")[0]).number_or_0(0));
}

std::optional<RebuildState> rebuild_state(PostgresSession& session, const std::string& schema) {
    if (!schema_exists(session, schema)) return std::nullopt;
    const pqxx::result rows = session.exec("SELECT log, version, stage, to_char(since, 'YYYY-MM-DD HH24:MI:SS') FROM " +
                                           in_schema(schema, "rebuild"));
    if (rows.empty()) return RebuildState{};
    const Fields row(rows[0]);
    return RebuildState{row.string(0), static_cast<int>(row.number(1)), row.string(2), row.string(3)};
}

void set_stage(PostgresSession& session, const std::string& schema, const std::string& stage) {
    session.exec("UPDATE " + in_schema(schema, "rebuild") + " SET stage = " + literal(stage));
}

// As the catalog has the live tables, not as the migrations made them: whatever an operator has added comes along.
// Loading needs the keys of all but the messages, which are only ever added.
void make_shadow(PostgresSession& session, const SchemaNames& names, const std::string& log) {
    session.transaction([&](PostgresSession& tx) {
        tx.exec("CREATE SCHEMA " + quoted_name(names.shadow));
        make_state(tx, names.shadow, log, "loading");
        for (const std::string& table : read_model_tables) {
            const std::string create = "CREATE TABLE " + in_schema(names.shadow, table) + " (LIKE " +
                                       in_schema(names.live, table) +
                                       " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE"
                                       " INCLUDING COMMENTS)";
            const std::string options = Fields(tx.exec("SELECT coalesce(' WITH (' || array_to_string(reloptions, ', ')"
                                                       " || ')', '') FROM pg_class WHERE oid = " +
                                                       literal(in_schema(names.live, table)) + "::regclass")[0])
                                            .string(0);
            tx.exec(create + options);
        }
        for (const std::string& statement : texts_of(
                 tx, "SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', " + literal(names.shadow) +
                         ", c.relname, k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_class c"
                         " ON c.oid = k.conrelid WHERE k.contype = 'p' AND c.relname <> 'chat_messages' AND " +
                         is_live(names)))
            tx.exec(statement);
    });
}

FinishingSteps finishing_steps(PostgresSession& session, const SchemaNames& names) {
    const std::string shadow = literal(names.shadow);
    const std::string not_there = " NOT EXISTS (SELECT FROM pg_class s WHERE s.relnamespace = " + shadow +
                                  "::regnamespace AND s.relname = i.relname)";
    // Where a primary key or a unique constraint has its index, that is made like the others and then given to it.
    FinishingSteps steps;
    steps.indexes = texts_of(
        session, "SELECT regexp_replace(pg_get_indexdef(x.indexrelid), ' ON .*? USING ', format(' ON %I.%I USING ', " +
                     shadow +
                     ", c.relname)) FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON"
                     " i.oid = x.indexrelid WHERE " +
                     not_there + " AND " + is_live(names) + " ORDER BY c.relpages DESC");
    const std::string missing_constraints =
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE NOT EXISTS (SELECT FROM pg_constraint s JOIN"
        " pg_class t ON t.oid = s.conrelid WHERE t.relnamespace = " +
        shadow + "::regnamespace AND t.relname = c.relname AND s.conname = k.conname) AND " + is_live(names);
    steps.in_turn = texts_of(
        session,
        "SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s USING INDEX %I', " + shadow +
            ", c.relname, k.conname, CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, k.conname)" +
            missing_constraints + " AND k.contype IN ('p', 'u')");
    for (const std::string& grant :
         texts_of(session, "SELECT format('GRANT %s ON %I.%I TO %s', a.privilege_type, " + shadow +
                               ", c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident("
                               "pg_get_userbyid(a.grantee)) END) FROM pg_class c, aclexplode(c.relacl) a WHERE"
                               " a.grantee <> c.relowner AND " +
                               is_live(names)))
        steps.in_turn.push_back(grant);
    steps.checks = texts_of(session, "SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', " + shadow +
                                         ", c.relname, k.conname, regexp_replace(pg_get_constraintdef(k.oid),"
                                         " 'REFERENCES ([^ (]+[.])?', 'REFERENCES ' || quote_ident(" +
                                         shadow + ") || '.'))" + missing_constraints + " AND k.contype = 'f'");
    // From the end, since sessions and messages wait for the foreign key between them.
    for (const std::string& table : std::views::reverse(read_model_tables))
        steps.checks.push_back("ANALYZE " + in_schema(names.shadow, table));
    return steps;
}

void drop_schema(PostgresSession& session, const std::string& schema) {
    session.exec("DROP SCHEMA IF EXISTS " + quoted_name(schema) + " CASCADE");
}

// Short: those who come after a lock that waits must wait too. Below the server's deadlock_timeout (1 s), so that it is
// always this side that gives up.
constexpr const char* lock_patience = "SET LOCAL lock_timeout = '300ms'";

// An autovacuum lets go of a table, but only for who waits longer than deadlock_timeout; the locks below do not, and a
// vacuum may take hours. This one is compatible with what readers and projectors hold.
void hold_off_vacuum(PostgresSession& tx, const SchemaNames& names, const std::string& replacing) {
    tx.exec("SET LOCAL lock_timeout = '30s'");
    std::string tables = list_of({names.live, replacing});
    // The exchange removes the previous one, which may be of another version and so have other tables.
    for (const std::string& table : texts_of(tx,
                                             "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace ="
                                             " to_regnamespace(quote_ident(" +
                                                 literal(names.previous) + "))"))
        tables += ", " + in_schema(names.previous, table);
    tx.exec("LOCK TABLE " + tables + " IN SHARE UPDATE EXCLUSIVE MODE");
}

void hold_off_projectors(PostgresSession& tx) {
    tx.exec(lock_patience);
    tx.exec("LOCK TABLE " + list_of({schema_names(tx).live}) + " IN EXCLUSIVE MODE");
}

void hold_off_all(PostgresSession& tx, const SchemaNames& names, const std::string& replacing) {
    tx.exec(lock_patience);
    tx.exec("LOCK TABLE " + list_of({names.live, replacing}) + " IN ACCESS EXCLUSIVE MODE");
}

bool has_caught_up(PostgresSession& session, const SchemaNames& names, const std::string& schema) {
    return session
        .exec("SELECT FROM " + in_schema(names.live, "checkpoints") + " l LEFT JOIN " +
              in_schema(schema, "checkpoints") +
              " s USING (partition) WHERE coalesce(s.next_offset, 0) < l.next_offset")
        .empty();
}

void exchange(PostgresSession& tx, const SchemaNames& names, const std::string& replacing, const std::string& log) {
    const auto move = [&](const std::string& from, const std::string& to) {
        for (const std::string& table : read_model_tables)
            tx.exec("ALTER TABLE " + in_schema(from, table) + " SET SCHEMA " + quoted_name(to));
    };
    // By way of a third name where the previous one comes back.
    const std::string leaving = names.live + "_leaving";
    tx.exec("CREATE SCHEMA " + quoted_name(leaving));
    make_state(tx, leaving, log, "replaced");
    move(names.live, leaving);
    move(replacing, names.live);
    tx.exec("UPDATE " + in_schema(names.live, "checkpoints") +
            " n SET edition = greatest(n.edition, (SELECT o.edition FROM " + in_schema(leaving, "checkpoints") +
            " o WHERE o.partition = n.partition)) + 1");
    tx.exec("DROP SCHEMA " + quoted_name(replacing) + " CASCADE");  // its state alone
    drop_schema(tx, names.previous);
    tx.exec("ALTER SCHEMA " + quoted_name(leaving) + " RENAME TO " + quoted_name(names.previous));
    tx.exec("SELECT pg_notify('chat_checkpoint', concat_ws(' ', partition, next_offset || ':' || edition, " +
            literal(names.live) + ")) FROM " + in_schema(names.live, "checkpoints"));
}

}  // namespace chat
