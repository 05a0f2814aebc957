// What a message over HTTP costs beside the raw append to the same log: one client, one in flight, in turns, so that
// the machine's moods meet both. Its settings are those of the chat-api that it asks; see the script beside it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "infra/config/program.hpp"
#include "infra/config/program_context.hpp"
#include "infra/wiring/event_log.hpp"

namespace chat {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;
using tcp = asio::ip::tcp;

constexpr int rounds = 60;
constexpr int each_round = 50;

/// One connection, kept alive; one request at a time.
class Client {
public:
    explicit Client(asio::any_io_executor executor) : socket_(executor) {}

    asio::awaitable<void> connect(std::uint16_t port) {
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
        co_await socket_.async_connect(endpoint, asio::use_awaitable);
        socket_.set_option(tcp::no_delay(true));
    }
    /// The answer's header and body; throws if its status is not 201.
    asio::awaitable<std::string> post(std::string path, std::string body) {
        const std::string request = "POST /api/v1" + path +
                                    " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer dev:bench\r\n"
                                    "Content-Type: application/json\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body;
        co_await asio::async_write(socket_, asio::buffer(request), asio::use_awaitable);
        std::string answer = std::exchange(rest_, {});
        const std::size_t head =
            co_await asio::async_read_until(socket_, asio::dynamic_buffer(answer), "\r\n\r\n", asio::use_awaitable);
        const auto length = answer.find("Content-Length: ");
        if (!answer.starts_with("HTTP/1.1 201") || length == std::string::npos) throw std::runtime_error(answer);
        const std::size_t whole = head + std::stoul(answer.substr(length + 16));
        if (answer.size() < whole) {
            co_await asio::async_read(socket_, asio::dynamic_buffer(answer),
                                      asio::transfer_exactly(whole - answer.size()), asio::use_awaitable);
        }
        rest_ = answer.substr(whole);
        answer.resize(whole);
        co_return answer;
    }

private:
    tcp::socket socket_;
    std::string rest_;
};

/// A record of the size that the message makes. Only the first copy belongs to its stream; to the log all are alike.
std::shared_ptr<const Record> raw_record(const std::string& content) {
    std::random_device device;
    const Uuid session = uuid_v7(std::chrono::milliseconds(1), 1, device());
    Recorded recorded{Envelope{.id = EventId(uuid_v7(std::chrono::milliseconds(2), 2, device())),
                               .user = UserId("bench-raw-" + to_string(session)),
                               .session = SessionId(session),
                               .time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
                               .sequence = Sequence(1),
                               .previous = {},
                               .causes = {}},
                      SessionCreated{.session = SessionId(session),
                                     .user = UserId("bench-raw-" + to_string(session)),
                                     .title = "raw",
                                     .agent_type = AgentType::primary,
                                     .metadata = {},
                                     .first_message = FirstMessage{MessageId(session), content},
                                     .deactivated = {}}};
    return std::make_shared<const Record>(encode(recorded));
}

double quantile(std::vector<double>& sorted, double part) {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void print(const char* what, std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    std::printf("%-24s %8.0f us %8.0f us %8.0f us   (%zu times)\n", what, quantile(times, 0.5), quantile(times, 0.9),
                quantile(times, 0.99), times.size());
}

asio::awaitable<void> measure(asio::any_io_executor executor, OpenedLog& opened, std::uint16_t port) {
    const std::string content(200, 'x');
    const std::string body = R"({"message_type":"user","content":")" + content + "\"}";
    co_await opened.open();
    Client client(executor);
    co_await client.connect(port);
    const std::string made = co_await client.post("/chat-sessions", R"({"title":"bench","agent_type":"primary"})");
    const std::string path = "/chat-sessions/" + made.substr(made.find("\"id\":\"") + 6, 36) + "/messages";
    const auto record = raw_record(content);
    const Partition partition = partition_of(record->key, opened.log().partitions());

    std::vector<double> over_http;
    std::vector<double> raw;
    for (int round = -5; round < rounds; ++round) {  // the first ones warm up
        for (int i = 0; i < each_round; ++i) {
            const auto began = Clock::now();
            co_await opened.log().append(partition, record);
            if (round >= 0) raw.push_back(Microseconds(Clock::now() - began).count());
        }
        for (int i = 0; i < each_round; ++i) {
            const auto began = Clock::now();
            co_await client.post(path, body);
            if (round >= 0) over_http.push_back(Microseconds(Clock::now() - began).count());
        }
    }
    std::printf("%-24s %11s %11s %11s\n", "one client", "median", "p90", "p99");
    print("raw append to the log", raw);
    print("POST a message", over_http);
    std::printf("difference of medians    %8.0f us, ratio %.2f\n", quantile(over_http, 0.5) - quantile(raw, 0.5),
                quantile(over_http, 0.5) / quantile(raw, 0.5));
}

int bench(const Settings& settings) {
    ProgramContext io;
    const auto log = make_event_log(io.get_executor(), settings, Program::api);
    const ProgramContext::Drop drop{io};
    std::exception_ptr failure;
    const auto end = [&](std::exception_ptr thrown) {
        if (thrown && !failure) failure = thrown;
        io.stop();
    };
    asio::co_spawn(io, log->run(), end);
    asio::co_spawn(io, measure(io.get_executor(), *log, settings.http_port), end);
    io.run();
    if (failure) std::rethrow_exception(failure);
    return 0;
}

}  // namespace
}  // namespace chat

int main(int argc, char** argv) { return chat::run_program(chat::Program::api, argc, argv, chat::bench); }
