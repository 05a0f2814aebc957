// chat-api: serves the HTTP API.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "api/chat_reads.hpp"
#include "api/dev_authenticator.hpp"
#include "api/dispatcher.hpp"
#include "api/http_server.hpp"
#include "api/readiness.hpp"
#include "infra/config/open_files.hpp"
#include "infra/config/program.hpp"
#include "infra/config/program_context.hpp"
#include "infra/config/run_until_signal.hpp"
#include "infra/log/logger.hpp"
#include "infra/metrics/command_observer.hpp"
#include "infra/metrics/http_observer.hpp"
#include "infra/metrics/metrics.hpp"
#include "infra/postgres/checkpoint_listener.hpp"
#include "infra/postgres/postgres_chats_store.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_quarantine.hpp"
#include "infra/postgres/postgres_queries.hpp"
#include "infra/wiring/event_log.hpp"
#include "infra/wiring/start.hpp"

namespace chat {
namespace {

using Generator = std::mt19937_64;

/// Beside connections: to the database and the log, what libraries open, and some to spare.
constexpr std::size_t files_of_our_own = 200;

Generator seeded_generator() {
    std::random_device device;
    std::array<std::random_device::result_type, 16> words{};
    for (auto& word : words) word = device();
    std::seed_seq seed(words.begin(), words.end());
    return Generator(seed);
}

Time now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

Uuid new_uuid(Generator& random) {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now()).time_since_epoch();
    return uuid_v7(milliseconds, static_cast<std::uint16_t>(random() & 0xfff), random());
}

/// Tells this run's request ids from those of others.
std::string run_name(Generator& random) { return to_string(new_uuid(random)).substr(24); }

HttpOptions http_options(const Settings& settings) {
    HttpOptions options;
    options.address = settings.http_address;
    options.port = settings.http_port;
    options.body_limit = settings.body_limit;
    options.connections = settings.http_connections;
    options.payload_bytes = settings.http_payload_bytes;
    options.idle_timeout = settings.http_idle_timeout;
    options.request_timeout = settings.http_request_timeout;
    options.send_timeout = settings.http_send_timeout;
    return options;
}

HttpOptions metrics_options(const Settings& settings) {
    HttpOptions options;
    options.address = settings.metrics_address;
    options.port = settings.metrics_port;
    options.connections = 64;
    return options;
}

ServiceOptions service_options(const Settings& settings) {
    ServiceOptions options;
    options.command_deadline = settings.command_deadline;
    options.hot_bytes = settings.hot_bytes;
    options.tail_bytes = settings.tail_bytes;
    options.tell_previous_title = settings.write_versions.session_renamed_v2;
    return options;
}

/// All but /metrics, if that has a listener of its own; there is what operators ask, and nothing of users.
std::vector<Route> routes_at(bool own_listener, bool of_it) {
    std::vector<Route> chosen;
    for (const Route& route : routes()) {
        const bool of_operators = std::holds_alternative<OperationsHandler>(route.handler);
        if (of_it ? of_operators : !own_listener || route.path != "/metrics") chosen.push_back(route);
    }
    return chosen;
}

/// What is made once log and database are there. Members stand in order of life.
struct Serving {
    Serving(asio::any_io_executor executor, const Settings& settings, OpenedLog& log, PostgresPool& pool,
            Metrics& metrics, const Logger& logger)
        : store(pool, settings.command_keys_kept),
          queries(pool),
          command_observer(metrics, logger),
          http_observer(metrics, logger),
          projected(executor, log.log().partitions()),
          commands(
              executor, log.log(), store, projected, now, [this] { return new_uuid(random); },
              [this] { return std::uniform_real_distribution<double>(0, 1)(random); }, command_observer,
              service_options(settings)),
          reads(commands, queries, projected, http_observer, {settings.read_wait, settings.cache_bytes}),
          quarantine(pool),
          readiness(commands, log.log(), queries, quarantine),
          operations{[this] { return readiness.missing(); }, [this] { return readiness.damage(); },
                     [&metrics] { return metrics.text(); }},
          checkpoints(executor, postgres_options(settings, Program::api), pool,
                      {[this](Partition partition, NextOffset next) { projected.advance(partition, next); },
                       [this](Partition partition, Edition edition) { projected.rewritten(partition, edition); }}),
          dispatcher(routes_at(settings.metrics_port != 0, false), authenticator, {commands, reads}, operations,
                     http_observer, run_name(random)),
          server(executor, http_options(settings), dispatcher, http_observer) {
        if (settings.metrics_port == 0) return;
        metrics_dispatcher.emplace(routes_at(true, true), authenticator, Chats{commands, reads}, operations,
                                   metrics_observer, run_name(random));
        metrics_server.emplace(executor, metrics_options(settings), *metrics_dispatcher, metrics_observer);
    }

    /// Until stopped; then what is in flight is finished.
    asio::awaitable<void> run() {
        std::vector<asio::awaitable<void>> work;
        work.push_back(checkpoints.run());
        work.push_back(commands.notice_sleep());
        if (metrics_server) work.push_back(metrics_server->run());
        work.push_back(serve());
        co_await first_of(std::move(work));
    }
    asio::awaitable<void> serve() {
        co_await server.run();
        co_await commands.drain(drain_by);
    }
    /// `grace` is all there is; connections get less of it than commands, whose clients they may be.
    void stop(std::chrono::milliseconds grace) {
        drain_by = SteadyClock::now() + grace * 9 / 10;
        server.stop(grace * 8 / 10);
    }

    Generator random = seeded_generator();
    PostgresChatsStore store;
    PostgresQueries queries;
    PrometheusCommandObserver command_observer;
    PrometheusHttpObserver http_observer;
    HttpObserver metrics_observer;  // what operators ask is not counted among what users ask
    ProjectedOffsets projected;
    CommandService commands;
    ChatReads reads;
    PostgresQuarantine quarantine;
    Readiness readiness;
    Operations operations;
    CheckpointListener checkpoints;
    DevAuthenticator authenticator;
    Dispatcher dispatcher;
    HttpServer server;
    std::optional<Dispatcher> metrics_dispatcher;
    std::optional<HttpServer> metrics_server;
    SteadyClock::time_point drain_by = SteadyClock::time_point::max();
};

int run_api(const Settings& settings) {
    const Logger logger = make_logger(name_of(Program::api), settings.log());
    log_warnings(settings, logger);
    if (const std::size_t files = raise_open_files(); files < settings.http_connections + files_of_our_own)
        logger->warn("the system lets this process have {} files open, too few for CHAT_HTTP_CONNECTIONS={}", files,
                     settings.http_connections);

    ProgramContext io;
    const PostgresOptions database = postgres_options(settings, Program::api);
    PostgresPool pool(database);
    const auto log = make_event_log(io.get_executor(), settings, Program::api, logger);
    Metrics metrics;
    metrics.gauge("chat_database_pool_in_use", "Connections to PostgreSQL that work", [&] { return pool.in_use(); });
    metrics.gauge("chat_database_pool_waiting", "Calls that wait for one", [&] { return pool.waiting(); });
    std::optional<Serving> serving;
    const ProgramContext::Drop drop{io};

    Phases phases;
    phases.background.push_back(log->run());
    phases.start = [&]() -> asio::awaitable<void> {
        const StartDeadline deadline = std::chrono::steady_clock::now() + settings.start_timeout;
        co_await open_database(deadline, database, logger);
        auto opened = keep_trying(deadline, event_log_name(settings), logger, [&] { return log->open(); });
        co_await std::move(opened);
        serving.emplace(io.get_executor(), settings, *log, pool, metrics, logger);
    };
    phases.serve = [&]() -> asio::awaitable<void> {
        logger->info("serving on {} port {}, with a log of {} partitions", settings.http_address,
                     serving->server.port(), log->log().partitions());
        co_await serving->run();
    };
    phases.stop = [&] { serving->stop(settings.drain_timeout); };
    const int code = run_until_signal(io, settings.drain_timeout, std::move(phases));
    logger->info("stopped");
    return code;
}

}  // namespace
}  // namespace chat

int main(int argc, char** argv) { return chat::run_program(chat::Program::api, argc, argv, chat::run_api); }
