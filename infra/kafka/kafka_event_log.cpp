#include "infra/kafka/kafka_event_log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <functional>
#include <utility>

#include "infra/kafka/on_pool.hpp"
#include "infra/kafka/topic.hpp"

namespace chat {
namespace {

// Threads for calls that block: the ends of so many partitions can be asked for at once.
constexpr std::size_t pool_threads = 4;
constexpr std::chrono::seconds housekeeping(5);
constexpr std::chrono::milliseconds between_probes(100);

}  // namespace

KafkaEventLog::KafkaEventLog(asio::any_io_executor executor, KafkaOptions options)
    : executor_(executor),
      options_(std::move(options)),
      bell_(executor),
      pool_(pool_threads),
      producer_(executor, options_, bell_, pool_),
      tail_(executor, options_, bell_),
      queries_(executor, options_, bell_, pool_),
      look_(executor) {
    const auto on_error = [this](const kafka::ClientError& error) {
        if (error.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) lost();
    };
    tail_.on_error = on_error;
    queries_.on_error = on_error;
    producer_.on_error = [this, on_error](const kafka::ClientError& error) {
        on_error(error);
        // Before any report of what is sent afterwards: the log may have been cut meanwhile, and the tail, whose
        // connections are others, might notice later.
        tail_.interrupt("the producer's connection to Kafka broke: " + error.text);
        // What was never sent need not wait to be told.
        if (error.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) producer_.give_up_waiting();
    };
}

KafkaEventLog::~KafkaEventLog() {
    pool_.join();  // what runs there holds clients
}

asio::awaitable<void> KafkaEventLog::open() {
    const std::function<std::int32_t()> ensure = [client = queries_.client(), options = options_] {
        return kafka::ensure_topic(*client, options);
    };
    partitions_ = co_await kafka::on(pool_, ensure);
    const std::function<void()> learn = [producer = producer_.client(), tail = tail_.client(), options = options_] {
        kafka::learn_topic(*producer, options);
        kafka::learn_topic(*tail, options);
    };
    co_await kafka::on(pool_, learn);
    reachable_ = true;
}

asio::awaitable<void> KafkaEventLog::run() {
    using namespace asio::experimental::awaitable_operators;
    try {
        co_await (serve() || watch());
    } catch (...) {  // not a destructor: an executor that ends may drop this coroutine after the log
        stopped_ = true;
        producer_.stop("the log is closed");
        tail_.interrupt("the log is closed");
        throw;
    }
}

asio::awaitable<void> KafkaEventLog::serve() {
    while (true) {
        producer_.drain();
        tail_.drain();
        queries_.drain();
        co_await bell_.rung();
    }
}

// Probes until a broker answers when none could be reached, and does what is due now and then.
asio::awaitable<void> KafkaEventLog::watch() {
    while (true) {
        look_.expires_after(reachable_ ? std::chrono::milliseconds(housekeeping) : between_probes);
        boost::system::error_code woken;
        co_await look_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        tail_.release_unread();
        if (reachable_) continue;
        // The queries' client tells that a broker is there; the producer's then has its metadata at once.
        const std::function<void()> probe = [asked = queries_.client(), producer = producer_.client(),
                                             options = options_] {
            kafka::learn_topic(*asked, options);
            kafka::learn_topic(*producer, options);
        };
        try {
            co_await kafka::on(pool_, probe);
            reachable_ = true;
        } catch (const Outage&) {
            continue;
        }
    }
}

void KafkaEventLog::lost() {
    reachable_ = false;
    look_.cancel();  // probe now: an idle connection that a broker closed looks the same
}

void KafkaEventLog::require_reachable() const {
    if (stopped_) throw Outage("the log is closed");
    if (!reachable_) throw Outage("no broker of " + options_.brokers + " can be reached");
}

asio::awaitable<Delivery> KafkaEventLog::append(Partition partition, std::shared_ptr<const Record> record) {
    require_reachable();
    co_return co_await producer_.append(partition, std::move(record));
}

void KafkaEventLog::distrust(Partition partition) { tail_.distrust(partition); }

asio::awaitable<std::vector<StoredRecord>> KafkaEventLog::read(Partition partition, NextOffset next,
                                                               std::size_t limit) {
    if (stopped_) throw Outage("the log is closed");
    co_return co_await tail_.read(partition, next, limit);
}

asio::awaitable<NextOffset> KafkaEventLog::end(Partition partition) {
    require_reachable();
    co_return co_await queries_.end(partition);
}

}  // namespace chat
