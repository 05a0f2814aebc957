// chat-publisher: publishes the events that belong to a topic for others.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/damage.hpp"
#include "infra/config/program.hpp"
#include "infra/config/program_context.hpp"
#include "infra/config/run_until_signal.hpp"
#include "infra/crypto/text_hash.hpp"
#include "infra/log/logger.hpp"
#include "infra/metrics/metrics.hpp"
#include "infra/metrics/metrics_listener.hpp"
#include "infra/metrics/projector_observer.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_publication_store.hpp"
#include "infra/wiring/event_log.hpp"
#include "infra/wiring/public_topic.hpp"
#include "infra/wiring/start.hpp"
#include "projections/publisher.hpp"

namespace chat {
namespace {

PublisherOptions publisher_options(const Settings& settings) {
    PublisherOptions options;
    options.texts = settings.public_texts;
    options.hash = [key = settings.public_hash_key](std::string_view text) { return hash_text(key, text); };
    options.batch_records = settings.batch;
    return options;
}

/// Metrics and log lines that tell it from a projector.
const WorkNames names{"chat_publication", "published", "publishing", "mark", "publisher"};

int run_publisher(const Settings& settings) {
    const Logger logger = make_logger(name_of(Program::publisher), settings.log());
    log_warnings(settings, logger);

    ProgramContext io;
    const PostgresOptions database = postgres_options(settings, Program::publisher);
    PostgresPool pool(database);
    PostgresPublicationStore store(pool, public_address(settings).topic);
    const auto log = make_event_log(io.get_executor(), settings, Program::publisher, logger);

    Metrics metrics;
    metrics.gauge("chat_database_pool_in_use", "Connections to PostgreSQL that work", [&] { return pool.in_use(); });
    metrics.gauge("chat_database_pool_waiting", "Calls that wait for one", [&] { return pool.waiting(); });
    PrometheusProjectorObserver observer(metrics, logger, names);
    std::unique_ptr<OpenedAssignment> assignment;
    std::unique_ptr<KafkaPublicTopic> topic;
    std::optional<Publisher> publisher;

    const auto unready = [&] { return publisher ? publisher->unready() : std::optional<std::string>("starting"); };
    const auto damage = [&]() -> asio::awaitable<std::vector<std::string>> {
        std::vector<std::string> found;
        const std::int64_t foreign = publisher->foreign();
        if (foreign > 0) found.push_back(foreign_records(foreign));
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
        topic = make_public_topic(settings, log->source().partitions());
        auto published = keep_trying(deadline, public_topic_name(settings), logger, [&] { return topic->open(); });
        co_await std::move(published);
        assignment =
            make_assignment(io.get_executor(), settings, Program::publisher, log->source().partitions(), logger);
        publisher.emplace(io.get_executor(), log->source(), *topic, store, assignment->port(), observer,
                          publisher_options(settings));
    };
    phases.serve = [&]() -> asio::awaitable<void> {
        logger->info("publishing {} to {}, {} partitions", event_log_name(settings), public_topic_name(settings),
                     log->source().partitions());
        std::vector<asio::awaitable<void>> work;
        work.push_back(assignment->run());
        work.push_back(publisher->run());
        co_await first_of(std::move(work));
    };
    phases.stop = [&] { publisher->stop(); };
    const int code = run_until_signal(io, settings.drain_timeout, std::move(phases));
    logger->info("stopped");
    return code;
}

}  // namespace
}  // namespace chat

int main(int argc, char** argv) { return chat::run_program(chat::Program::publisher, argc, argv, chat::run_publisher); }
