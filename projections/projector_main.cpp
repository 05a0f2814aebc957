// chat-projector: brings the read model on with the event log.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/damage.hpp"
#include "infra/config/program.hpp"
#include "infra/config/program_context.hpp"
#include "infra/config/run_until_signal.hpp"
#include "infra/log/logger.hpp"
#include "infra/metrics/metrics.hpp"
#include "infra/metrics/metrics_listener.hpp"
#include "infra/metrics/projector_observer.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_quarantine.hpp"
#include "infra/postgres/postgres_read_model_store.hpp"
#include "infra/wiring/event_log.hpp"
#include "infra/wiring/start.hpp"
#include "projections/projector.hpp"

namespace chat {
namespace {

ProjectorOptions projector_options(const Settings& settings) {
    ProjectorOptions options;
    options.batch_records = settings.batch;
    options.answers_kept = settings.command_keys_kept;
    return options;
}

int run_projector(const Settings& settings) {
    const Logger logger = make_logger(name_of(Program::projector), settings.log());
    log_warnings(settings, logger);

    ProgramContext io;
    const PostgresOptions database = postgres_options(settings, Program::projector);
    PostgresPool pool(database);
    PostgresReadModelStore store(pool);
    const auto log = make_event_log(io.get_executor(), settings, Program::projector, logger);

    Metrics metrics;
    metrics.gauge("chat_database_pool_in_use", "Connections to PostgreSQL that work", [&] { return pool.in_use(); });
    metrics.gauge("chat_database_pool_waiting", "Calls that wait for one", [&] { return pool.waiting(); });
    PrometheusProjectorObserver observer(metrics, logger);
    std::unique_ptr<OpenedAssignment> assignment;
    std::optional<Projector> projector;

    const auto unready = [&] { return projector ? projector->unready() : std::optional<std::string>("starting"); };
    PostgresQuarantine quarantine(pool);
    const auto damage = [&]() -> asio::awaitable<std::vector<std::string>> {
        std::vector<std::string> found;
        const std::int64_t foreign = projector->foreign();
        if (foreign > 0) found.push_back(foreign_records(foreign));
        try {
            const std::int64_t streams = co_await quarantine.streams();
            if (streams > 0) found.push_back(quarantined_streams(streams));
        } catch (const Outage&) {
            // The partitions meet the same outage, and are not ready then.
        }
        co_return found;
    };
    std::optional<MetricsListener> listener;
    if (settings.metrics_port != 0)
        listener.emplace(io.get_executor(), settings.metrics_address, settings.metrics_port,
                         OperatorPages{[&] { return metrics.text(); }, unready, damage});

    const ProgramContext::Drop drop{io};

    Phases phases;
    phases.background.push_back(log->run());
    if (listener) phases.background.push_back(listener->run());
    phases.start = [&]() -> asio::awaitable<void> {
        const StartDeadline deadline = std::chrono::steady_clock::now() + settings.start_timeout;
        co_await open_database(deadline, database, logger);
        auto opened = keep_trying(deadline, event_log_name(settings), logger, [&] { return log->open(); });
        co_await std::move(opened);
        assignment =
            make_assignment(io.get_executor(), settings, Program::projector, log->source().partitions(), logger);
        projector.emplace(io.get_executor(), log->source(), store, assignment->port(), observer,
                          projector_options(settings));
    };
    phases.serve = [&]() -> asio::awaitable<void> {
        logger->info("projecting {}, {} partitions", event_log_name(settings), log->source().partitions());
        std::vector<asio::awaitable<void>> work;
        work.push_back(assignment->run());
        work.push_back(projector->run());
        co_await first_of(std::move(work));
    };
    phases.stop = [&] { projector->stop(); };
    const int code = run_until_signal(io, settings.drain_timeout, std::move(phases));
    logger->info("stopped");
    return code;
}

}  // namespace
}  // namespace chat

int main(int argc, char** argv) { return chat::run_program(chat::Program::projector, argc, argv, chat::run_projector); }
