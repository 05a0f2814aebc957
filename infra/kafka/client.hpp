#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "infra/kafka/bell.hpp"
#include "infra/kafka/client_settings.hpp"
#include "infra/kafka/handles.hpp"

namespace chat::kafka {

/// A librdkafka client whose events wait in its main queue and ring a bell. Destroying it blocks for some milliseconds,
/// and for good if a topic, queue or message of it is alive.
class Client {
public:
    Client(rd_kafka_type_t type, const ClientSettings& settings, Bell& bell);
    /// One that rings nothing and tells nothing but by the results of its calls: for who makes only calls that block.
    Client(rd_kafka_type_t type, const ClientSettings& settings);
    ~Client() { silence(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    rd_kafka_t* get() const { return handle_.get(); }

    /// The next event that waits; null if there is none. Does not block.
    EventHandle next_event();

    /// It rings no more. For clients that outlive the bell.
    void silence();

private:
    ClientHandle handle_;
    QueueHandle events_;
};

/// What an error event says.
struct ClientError {
    rd_kafka_resp_err_t code;
    std::string text;
    bool fatal = false;  // the client does nothing any more
};

/// Serves what waits, but for delivery reports: those go to `reports`, with the event.
struct EventHandlers {
    std::function<void(const ClientError&)> error;
    std::function<void(rd_kafka_event_t*)> reports;  // may be empty
    std::function<void(int severity, std::string_view)> log;
};
void serve(Client& client, const EventHandlers& handlers);

}  // namespace chat::kafka
