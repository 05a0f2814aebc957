#include "infra/kafka/client.hpp"

#include <array>
#include <stdexcept>

namespace chat::kafka {
namespace {

enum class Told { by_events, by_results };

ClientHandle make(rd_kafka_type_t type, const ClientSettings& settings, Told told) {
    std::array<char, 512> error{};
    SettingsHandle conf(rd_kafka_conf_new());
    for (const auto& [name, value] : settings)
        if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error.data(), error.size()) != RD_KAFKA_CONF_OK)
            throw std::invalid_argument("Kafka client setting " + name + ": " + error.data());
    const int events = RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | (type == RD_KAFKA_PRODUCER ? RD_KAFKA_EVENT_DR : 0) |
                       (type == RD_KAFKA_CONSUMER ? RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE : 0);
    if (told == Told::by_events) rd_kafka_conf_set_events(conf.get(), events);
    if (told == Told::by_results) rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // writes to stderr by default
    ClientHandle client(rd_kafka_new(type, conf.get(), error.data(), error.size()));
    if (!client) throw std::runtime_error(std::string("Kafka client: ") + error.data());
    (void)conf.release();  // rd_kafka_new has taken it
    return client;
}

}  // namespace

Client::Client(rd_kafka_type_t type, const ClientSettings& settings, Bell& bell)
    : handle_(make(type, settings, Told::by_events)), events_(rd_kafka_queue_get_main(handle_.get())) {
    rd_kafka_set_log_queue(handle_.get(), events_.get());
    bell.watch(events_.get());
    bell.ring();  // for what came before
}

Client::Client(rd_kafka_type_t type, const ClientSettings& settings)
    : handle_(make(type, settings, Told::by_results)), events_(rd_kafka_queue_get_main(handle_.get())) {
    rd_kafka_set_log_queue(handle_.get(), events_.get());
}

EventHandle Client::next_event() { return EventHandle(rd_kafka_queue_poll(events_.get(), 0)); }

void Client::silence() { Bell::unwatch(events_.get()); }

void serve(Client& client, const EventHandlers& handlers) {
    while (const EventHandle event = client.next_event()) {
        switch (rd_kafka_event_type(event.get())) {
            case RD_KAFKA_EVENT_DR:
                if (handlers.reports) handlers.reports(event.get());
                break;
            case RD_KAFKA_EVENT_ERROR:
                handlers.error({rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()),
                                rd_kafka_event_error_is_fatal(event.get()) != 0});
                break;
            case RD_KAFKA_EVENT_LOG: {
                const char* facility = nullptr;
                const char* text = nullptr;
                int severity = 0;
                if (handlers.log && rd_kafka_event_log(event.get(), &facility, &text, &severity) == 0)
                    handlers.log(severity, text);
                break;
            }
            default:
                break;
        }
    }
}

}  // namespace chat::kafka
