#include "infra/postgres/channel_listener.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

#include "events/outage.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {
namespace {

constexpr std::chrono::milliseconds reconnect_pause{200};

}  // namespace

/// Members stand in order of life: the receiver unlistens on the session.
class ChannelListener::Channel {
public:
    using Notified = std::function<void(std::string_view, int)>;

    Channel(const PostgresOptions& options, const std::string& name, const Notified& notified)
        : session_(options),
          receiver_(session_.connection(), name, Fields(session_.exec("SELECT current_schema()")[0]).string(0),
                    notified) {
        if (!session_.connection().is_open()) throw Outage("the connection to PostgreSQL was lost");
    }
    /// Or the receiver's end would send an UNLISTEN, and wait for a server that hangs. Shut down first, as a farewell
    /// that cannot be sent is waited for too.
    ~Channel() {
        ::shutdown(socket(), SHUT_RDWR);
        close_connection(session_.connection());
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    int socket() const { return session_.connection().sock(); }
    /// Hands over what has arrived; false if the connection broke. Never blocks.
    bool drain() {
        try {
            session_.connection().get_notifs();
        } catch (const pqxx::broken_connection&) {
            return false;
        }
        return session_.connection().is_open();
    }

private:
    class Receiver : public pqxx::notification_receiver {
    public:
        Receiver(pqxx::connection& connection, const std::string& name, std::string schema, const Notified& notified)
            : pqxx::notification_receiver(connection, name), schema_(std::move(schema)), notified_(notified) {}
        void operator()(const std::string& payload, int backend) override {
            const std::string_view text = payload;
            const std::size_t second = text.find(' ', text.find(' ') + 1);
            if (second != text.npos && text.substr(second + 1) == schema_) notified_(text.substr(0, second), backend);
        }

    private:
        const std::string schema_;
        const Notified& notified_;
    };

    mutable PostgresSession session_;
    Receiver receiver_;
};

ChannelListener::ChannelListener(asio::any_io_executor executor, PostgresOptions options, std::string channel,
                                 Hooks hooks)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      channel_(std::move(channel)),
      hooks_(std::move(hooks)) {}

ChannelListener::~ChannelListener() { connector_.join(); }

asio::awaitable<void> ChannelListener::run() {
    asio::steady_timer pause(executor_);
    for (;;) {
        const std::unique_ptr<Channel> channel = co_await connect();
        if (channel) {
            hooks_.connected();
            co_await listen(*channel);
            hooks_.lost();
        }
        pause.expires_after(reconnect_pause);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

struct ChannelListener::Attempt {
    explicit Attempt(const asio::any_io_executor& executor) : done(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer done;  // cancelled when it is
    std::unique_ptr<Channel> channel;
};

/// Nothing if it failed. Not by co_spawn on the other thread: in Boost 1.81 cancelling such a call touches memory that
/// is gone when the call has ended meanwhile.
asio::awaitable<std::unique_ptr<ChannelListener::Channel>> ChannelListener::connect() {
    const auto attempt = std::make_shared<Attempt>(executor_);
    asio::post(connector_, [this, attempt]() mutable {
        std::unique_ptr<Channel> channel;
        try {
            channel = std::make_unique<Channel>(options_, channel_, hooks_.notified);
        } catch (const Outage&) {
            // The next attempt may do better.
        }
        asio::post(executor_, [attempt = std::move(attempt), channel = std::move(channel)]() mutable {
            attempt->channel = std::move(channel);
            attempt->done.cancel();
        });
    });
    boost::system::error_code woken;
    co_await attempt->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return std::move(attempt->channel);
}

asio::awaitable<void> ChannelListener::listen(Channel& channel) {
    // A copy of the descriptor: asio closes its own, libpq closes libpq's.
    asio::posix::stream_descriptor socket(executor_, ::dup(channel.socket()));
    boost::system::error_code error;
    // Also at once: what came together with the answer to LISTEN is in libpq's queue, and the socket stays silent.
    while (channel.drain()) {
        co_await socket.async_wait(asio::posix::stream_descriptor::wait_read,
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    }
}

}  // namespace chat
