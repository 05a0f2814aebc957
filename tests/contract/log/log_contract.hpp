#pragma once

// What every event log keeps to, as one suite: log_contract.cpp. To put an adapter to it, write
// `<adapter>_log_test.cpp` with an INSTANTIATE_TEST_SUITE_P of LogContract, and make a program of it and
// log_contract.cpp (see CMakeLists.txt).

#include <gtest/gtest.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "commands/ports/event_log.hpp"
#include "projections/ports/record_source.hpp"

namespace chat::test {

namespace asio = boost::asio;

/// One adapter object, as a program would hold it.
class ConnectedLog {
public:
    virtual ~ConnectedLog() = default;
    /// Connects. Called once, while `run` runs.
    virtual asio::awaitable<void> open() = 0;
    /// Moves bytes until it is cancelled.
    virtual asio::awaitable<void> run() = 0;
    virtual EventLog& log() = 0;
    virtual RecordSource& source() = 0;
};

/// One log that exists for one test. It is empty and has three partitions.
class LogSite {
public:
    virtual ~LogSite() = default;
    /// Another adapter object on this log, with an append timeout of several seconds.
    virtual std::unique_ptr<ConnectedLog> connect(asio::any_io_executor executor) = 0;
};

/// The suite's parameter.
struct LogAdapter {
    std::string name;
    /// A new log. Throws with a message for people if its service is not there: tests fail then, they are not skipped.
    std::function<std::unique_ptr<LogSite>()> make_site;
};

inline void PrintTo(const LogAdapter& adapter, std::ostream* out) { *out << adapter.name; }

class LogContract : public testing::TestWithParam<LogAdapter> {
protected:
    LogContract();
    ~LogContract() override;

    /// Runs a test's body while every connected log moves bytes. The test fails when the body takes longer.
    void within(std::chrono::seconds most, std::function<asio::awaitable<void>()> body);

    /// One more adapter object on the test's log, open. It lives as long as the test.
    asio::awaitable<ConnectedLog*> connect();

    asio::io_context io_{1};

private:
    std::unique_ptr<LogSite> site_;
    std::vector<std::unique_ptr<ConnectedLog>> logs_;
    struct Runs;
    std::unique_ptr<Runs> runs_;  // the coroutines that move bytes
};

}  // namespace chat::test
