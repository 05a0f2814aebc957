#include "infra/kafka/queries.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdint>
#include <utility>
#include <variant>

#include "events/outage.hpp"
#include "infra/kafka/partition_bound.hpp"

namespace chat::kafka {
namespace {

/// An end, or why there is none.
using End = std::variant<NextOffset, std::string>;

End ask(Client& client, const KafkaOptions& options, Partition partition) {
    auto bound = partition_bound(client, options, partition, RD_KAFKA_OFFSET_END);
    if (auto* why = std::get_if<std::string>(&bound)) return std::move(*why);
    return NextOffset(std::get<std::int64_t>(bound));
}

/// One question, and those who wait for its answer.
struct Question {
    // It may wait for a thread and then for the broker.
    Question(asio::any_io_executor executor, std::chrono::milliseconds timeout) : answered(executor, 3 * timeout) {}
    asio::steady_timer answered;
    std::optional<End> end;
};

struct Asked {
    std::shared_ptr<Question> running;
    std::shared_ptr<Question> next;
};

}  // namespace

/// What answers come back to, even after the end of Queries.
struct Queries::Shared : std::enable_shared_from_this<Shared> {
    Shared(asio::any_io_executor its_executor, const KafkaOptions& its_options, Bell& bell, asio::thread_pool& its_pool)
        : executor(its_executor),
          options(its_options),
          pool(its_pool),
          client(std::make_shared<Client>(RD_KAFKA_CONSUMER, query_settings(its_options), bell)) {}

    std::shared_ptr<Question> question_about(Partition partition) {
        Asked& about = asked[partition];
        if (!about.next) about.next = std::make_shared<Question>(executor, options.query_timeout);
        const auto question = about.next;
        if (!about.running) start(partition);
        return question;
    }

    void start(Partition partition) {
        Asked& about = asked[partition];
        about.running = std::exchange(about.next, nullptr);
        asio::post(pool, [shared = shared_from_this(), partition] {
            End end = ask(*shared->client, shared->options, partition);
            asio::post(shared->executor, [shared, partition, end = std::move(end)]() mutable {
                shared->finish(partition, std::move(end));
            });
        });
    }

    void finish(Partition partition, End end) {
        Asked& about = asked[partition];
        about.running->end = std::move(end);
        about.running->answered.cancel();
        about.running = nullptr;
        if (about.next && !closed) start(partition);
    }

    asio::any_io_executor executor;
    const KafkaOptions options;  // a copy
    asio::thread_pool& pool;
    std::shared_ptr<Client> client;
    std::map<Partition, Asked> asked;
    bool closed = false;
};

Queries::Queries(asio::any_io_executor executor, const KafkaOptions& options, Bell& bell, asio::thread_pool& pool)
    : shared_(std::make_shared<Shared>(executor, options, bell, pool)), options_(options) {}

Queries::~Queries() {
    shared_->closed = true;
    shared_->client->silence();
    for (auto& [partition, asked] : shared_->asked)
        if (asked.next) asked.next->answered.cancel();
}

asio::awaitable<NextOffset> Queries::end(Partition partition) {
    const auto question = shared_->question_about(partition);
    boost::system::error_code woken;
    co_await question->answered.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    const std::string where = "the end of partition " + std::to_string(partition.value()) + " is not known: ";
    if (!question->end) throw Outage(where + (woken ? "the log is closed" : "Kafka does not answer"));
    if (const auto* why = std::get_if<std::string>(&*question->end)) throw Outage(where + *why);
    co_return std::get<NextOffset>(*question->end);
}

void Queries::drain() {
    serve(*shared_->client, {[&](const ClientError& error) {
                                 if (on_error) on_error(error);
                             },
                             {},
                             options_.client_log});
}

std::shared_ptr<Client> Queries::client() const { return shared_->client; }

}  // namespace chat::kafka
