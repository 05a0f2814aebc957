#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_read_model_rows.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "projections/replay/progress_text.hpp"
#include "projections/replay_commands/commands.hpp"
#include "projections/replay_commands/load_workers.hpp"
#include "projections/replay_commands/swapping.hpp"
#include "projections/replay_commands/verifying.hpp"

namespace chat {
namespace {

using Clock = std::chrono::steady_clock;

struct RebuildOptions {
    std::size_t parallel;
    std::size_t memory_bytes;
    double verified;  // share of the users
    bool restart;
    bool dry_run;
    std::int64_t leg_records;
};

RebuildOptions options_from(const Settings& settings) {
    const auto cores = static_cast<std::int64_t>(std::max(2u, std::thread::hardware_concurrency()));
    return {static_cast<std::size_t>(number_of(settings, "parallel", 1).value_or(cores)),
            static_cast<std::size_t>(number_of(settings, "memory", 16).value_or(256)) << 20,
            share_of(settings, "verify", 0.01),
            has(settings, "restart"),
            has(settings, "dry-run"),
            number_of(settings, "commit-every", 1).value_or(LoadOptions().leg_records)};
}

PostgresOptions in_schema(const Settings& settings, const std::string& schema, std::size_t connections) {
    PostgresOptions options = patient(settings);
    options.schema = schema;
    options.connections = connections;
    return options;
}

/// What stands in the way of going on with what is there.
void require_same(const RebuildState& state, const std::string& log, int version, const std::string& way_out) {
    if (state.log != log)
        throw std::runtime_error("that read model is made of " + state.log + ", not of " + log + "; " + way_out);
    if (state.version != version)
        throw std::runtime_error("the schema has changed since that read model was made (version " +
                                 std::to_string(state.version) + ", now " + std::to_string(version) + "); " + way_out);
}

class Rebuild {
public:
    Rebuild(Work& work, RebuildOptions options)
        : work_(work), options_(options), administration_(work.settings), log_(event_log_name(work.settings)) {}

    asio::awaitable<int> run() {
        const auto began = Clock::now();
        co_await prepare();
        if (options_.dry_run) co_return static_cast<int>(exit_done);
        if (stage_ == "loading") {
            co_await load();
            co_await finish();
        }
        Follower follower(work_.executor, work_.source(), in_schema(work_.settings, names_.shadow, 4), work_.settings,
                          work_.logger);
        follower.start();
        co_await catch_up(work_, follower, "catching up");
        const bool right = co_await verify();
        if (!right) {
            co_await follower.stop();
            print_line(
                "the new read model is not what the log says, so it is not put in place; chat-replay discard removes "
                "it");
            co_return static_cast<int>(exit_difference);
        }
        co_await swap_in(work_, administration_, names_, names_.shadow, follower);
        print_line("the read model was rebuilt in " +
                   readable_time(std::chrono::round<std::chrono::seconds>(Clock::now() - began)) +
                   " and is in place; the one before is kept (chat-replay rollback brings it back, drop removes it)");
        co_return static_cast<int>(exit_done);
    }

private:
    asio::awaitable<void> prepare() {
        co_await administration_.lock();
        PostgresPool& connection = administration_.connection();
        names_ = co_await connection.run([](PostgresSession& session) { return schema_names(session); });
        const std::string shadow = names_.shadow;
        if (options_.restart && !options_.dry_run) {
            auto dropped = connection.run([shadow](PostgresSession& session) { drop_schema(session, shadow); });
            co_await std::move(dropped);
        }
        auto found = connection.run([shadow](PostgresSession& session) { return rebuild_state(session, shadow); });
        auto state = co_await std::move(found);
        if (options_.restart) state.reset();
        if (state) {
            const int version =
                co_await connection.run([](PostgresSession& session) { return migrated_version(session); });
            require_same(*state, log_, version, "--restart begins anew");
            work_.logger->info("going on with the rebuild that was begun at {} UTC", state->since);
            stage_ = state->stage;
        }
        if (options_.dry_run) {
            co_await tell_plan(state.has_value());
            co_return;
        }
        if (!state) {
            const SchemaNames names = names_;
            const std::string log = log_;
            auto made = connection.run([names, log](PostgresSession& session) { make_shadow(session, names, log); });
            co_await std::move(made);
        }
    }

    /// Records that are left to load, by partition.
    asio::awaitable<std::vector<std::pair<std::int64_t, Partition>>> left_to_load(bool begun) {
        PostgresPool pool(in_schema(work_.settings, names_.shadow, 1));
        PostgresReadModelStore store(pool);
        std::vector<std::pair<std::int64_t, Partition>> left;
        for (std::int32_t i = 0; i < work_.source().partitions(); ++i) {
            const NextOffset end = co_await work_.source().end(Partition(i));
            std::int64_t records = end.value();
            if (begun) {
                const Checkpoint at = co_await store.checkpoint(Partition(i));
                records -= at.next_offset.value();
            }
            left.emplace_back(records, Partition(i));
        }
        std::ranges::sort(left, std::greater());
        co_return left;
    }

    asio::awaitable<void> tell_plan(bool begun) {
        const auto left = co_await left_to_load(begun);
        std::int64_t records = 0;
        for (const auto& [of_partition, partition] : left) records += of_partition;
        std::string sizes = "0";
        for (const std::string& table : read_model_tables) sizes += " + pg_total_relation_size('" + table + "')";
        auto asked = administration_.connection().run([sizes](PostgresSession& session) {
            return Fields(session.exec("SELECT pg_size_pretty(" + sizes + ")")[0]).string(0);
        });
        const std::string size = co_await std::move(asked);
        print_line((begun ? "goes on with the rebuild in schema " : "would make a read model in schema ") +
                   names_.shadow + " from " + log_);
        print_line(grouped(records) + " records in " + std::to_string(left.size()) + " partitions to load, " +
                   std::to_string(options_.parallel) + " side by side, with " +
                   std::to_string(options_.memory_bytes >> 20) + " MiB");
        print_line("takes about as much disk again as the live read model: " + size);
        print_line("then verifies, puts it in place of schema " + names_.live + "'s, and keeps that in schema " +
                   names_.previous);
    }

    asio::awaitable<void> load() {
        const auto left = co_await left_to_load(true);
        std::int64_t records = 0;
        std::vector<Partition> partitions;
        for (const auto& [of_partition, partition] : left) {
            records += of_partition;
            partitions.push_back(partition);
        }
        LoadOptions load;
        const std::size_t threads = std::min(options_.parallel, partitions.size());
        load.leg_bytes = options_.memory_bytes / threads;
        load.leg_records = options_.leg_records;
        load.answers_since = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) -
                             work_.settings.command_keys_kept;
        display_.begin("loading", "records", records);
        const auto workers = std::make_unique<LoadWorkers>(
            work_.settings, work_.logger, in_schema(work_.settings, names_.shadow, 1), load, partitions, threads);
        asio::steady_timer timer(work_.executor);
        while (!workers->done()) {
            timer.expires_after(std::chrono::milliseconds(20));
            co_await timer.async_wait(asio::use_awaitable);
            const std::int64_t done = workers->counts().records;
            display_.at(done, std::max(done, records));
        }
        workers->rethrow();
        display_.end();
        const LoadCounts& counts = workers->counts();
        if (counts.foreign > 0)
            work_.logger->warn("{} records are no events of ours and were skipped", counts.foreign.load());
        if (counts.quarantined > 0)
            work_.logger->warn("{} streams have a gap and are quarantined from there", counts.quarantined.load());
    }

    asio::awaitable<void> finish() {
        PostgresOptions options = in_schema(work_.settings, names_.shadow, options_.parallel);
        options.statement_timeout = std::chrono::milliseconds(0);  // none
        options.answer_timeout = std::chrono::hours(24 * 30);
        PostgresPool pool(options);
        const SchemaNames names = names_;
        auto asked = pool.run([names](PostgresSession& session) { return finishing_steps(session, names); });
        const FinishingSteps steps = co_await std::move(asked);
        display_.begin("indexing", "steps",
                       static_cast<std::int64_t>(steps.indexes.size() + steps.in_turn.size() + steps.checks.size()));
        co_await make_all(pool, steps.indexes);
        for (const std::string& sql : steps.in_turn) co_await make(pool, sql);
        co_await make_all(pool, steps.checks);
        display_.end();
        const std::string shadow = names_.shadow;
        auto set = administration_.connection().run(
            [shadow](PostgresSession& session) { set_stage(session, shadow, "following"); });
        co_await std::move(set);
    }

    asio::awaitable<void> make(PostgresPool& pool, std::string sql) {
        auto done = pool.run([sql = std::move(sql)](PostgresSession& session) {
            session.exec("SET maintenance_work_mem = '128MB'");
            session.exec(sql);
        });
        co_await std::move(done);
        display_.add(1);
    }

    /// Side by side, as many as the pool has connections.
    asio::awaitable<void> make_all(PostgresPool& pool, const std::vector<std::string>& statements) {
        if (statements.empty()) co_return;
        using Operation = decltype(asio::co_spawn(work_.executor, make(pool, std::string()), asio::deferred));
        std::vector<Operation> operations;
        for (const std::string& sql : statements)
            operations.push_back(asio::co_spawn(work_.executor, make(pool, sql), asio::deferred));
        auto group = asio::experimental::make_parallel_group(std::move(operations));
        const auto ended = co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
        const auto& [order, errors] = ended;
        for (const std::size_t which : order)
            if (errors[which]) std::rethrow_exception(errors[which]);
    }

    asio::awaitable<bool> verify() {
        if (options_.verified <= 0) co_return true;
        PostgresPool pool(in_schema(work_.settings, names_.shadow, 1));
        PostgresReadModelRows model(pool);
        VerifyOptions options;
        options.share = options_.verified;
        options.seed = std::random_device{}();
        options.memory_bytes = options_.memory_bytes;
        options.answers_since = answers_kept_since(work_.settings);
        const VerifyResult result = co_await verify_showing(work_.logs.at(1)->source(), model, options, display_);
        work_.logger->info("{} users verified, {} differ", result.users, result.differing);
        co_return result.differing == 0;
    }

    Work& work_;
    const RebuildOptions options_;
    Administration administration_;
    const std::string log_;
    SchemaNames names_;
    std::string stage_ = "loading";
    ProgressDisplay display_;
};

int rebuild(const Settings& settings) {
    const RebuildOptions options = options_from(settings);
    const Settings log = existing_log(settings);
    return run_work(settings, {{log, log}}, [&](Work& work) -> asio::awaitable<int> {
        Rebuild rebuilding(work, options);
        co_return co_await rebuilding.run();
    });
}

int rollback(const Settings& settings) {
    return run_work(settings, {{existing_log(settings)}}, [&](Work& work) -> asio::awaitable<int> {
        Administration administration(settings);
        co_await administration.lock();
        PostgresPool& connection = administration.connection();
        const SchemaNames names =
            co_await connection.run([](PostgresSession& session) { return schema_names(session); });
        const std::string previous = names.previous;
        auto found = connection.run([previous](PostgresSession& session) { return rebuild_state(session, previous); });
        const auto state = co_await std::move(found);
        if (!state) throw std::runtime_error("there is no previous read model to go back to");
        const int version = co_await connection.run([](PostgresSession& session) { return migrated_version(session); });
        require_same(*state, event_log_name(settings), version, "rebuild makes a new one");
        Follower follower(work.executor, work.source(), in_schema(settings, previous, 4), settings, work.logger);
        follower.start();
        co_await catch_up(work, follower, "catching up");
        co_await swap_in(work, administration, names, previous, follower);
        print_line("the read model that was replaced at " + state->since +
                   " UTC is in place again, with all that came since; the other one is kept");
        co_return static_cast<int>(exit_done);
    });
}

int remove(const Settings& settings, std::string SchemaNames::*which, const char* nothing, const char* removed) {
    return run_work(settings, {{}}, [&](Work&) -> asio::awaitable<int> {
        Administration administration(settings);
        co_await administration.lock();
        const bool was = co_await administration.connection().run([which](PostgresSession& session) {
            const std::string schema = schema_names(session).*which;
            const bool there = rebuild_state(session, schema).has_value();
            drop_schema(session, schema);
            return there;
        });
        print_line(was ? removed : nothing);
        co_return static_cast<int>(exit_done);
    });
}

}  // namespace

Subcommand rebuild_command() {
    return {
        "rebuild",
        "make the read model anew from the log, beside the live one, and put it in its place",
        "Folds the log into a schema of its own (partitions side by side, by COPY; indexes afterwards), follows the "
        "log\n"
        "until it is level, verifies a share of the users, and exchanges the two read models in one transaction. APIs\n"
        "and projectors go on all the while. The one before is kept: rollback brings it back, drop removes it.\n"
        "Interrupted at any point, the same command goes on; discard removes what was made so far.\n",
        {{"parallel", "N", "partitions side by side (one for each core)"},
         {"memory", "MIB", "of all of them together, roughly (256)"},
         {"verify", "SHARE", "of the users that are verified before the exchange (1%); 0% for none"},
         {"commit-every", "N", "records between two commits, for each partition (500000)"},
         {"restart", "", "begin anew instead of going on with an earlier rebuild"},
         {"dry-run", "", "say what would be done"}},
        rebuild};
}

Subcommand rollback_command() {
    return {"rollback",
            "bring back the read model that the last rebuild replaced",
            "Brings it up with the log first, so readers see nothing go back, then exchanges the two. The other one is "
            "kept:\n"
            "a second rollback undoes the first.\n",
            {},
            rollback};
}

Subcommand drop_command() {
    return {"drop",
            "remove the read model that the last rebuild replaced",
            "There is no rollback after that.\n",
            {},
            [](const Settings& settings) {
                return remove(settings, &SchemaNames::previous, "there is no previous read model",
                              "the previous read model was removed");
            }};
}

Subcommand discard_command() {
    return {"discard",
            "remove what an interrupted rebuild has made so far",
            "The live read model is not touched.\n",
            {},
            [](const Settings& settings) {
                return remove(settings, &SchemaNames::shadow, "there is no rebuild to discard",
                              "the rebuild was discarded");
            }};
}

}  // namespace chat
