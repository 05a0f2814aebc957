#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace chat::test {

/// A broker of a test's own, for tests that kill it: docker/kafka/broker in a directory that goes with this object. It
/// dies with the test program. Throws when the broker does not come up.
class KafkaBroker {
public:
    KafkaBroker();
    ~KafkaBroker();
    KafkaBroker(const KafkaBroker&) = delete;
    KafkaBroker& operator=(const KafkaBroker&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    /// Starts it on what it kept, and waits until it serves.
    void start();
    /// kill -9.
    void kill();
    /// It goes on listening, but does nothing (SIGSTOP), until `thaw`.
    void freeze();
    void thaw();

    bool running() const { return process_ > 0; }

    /// Empties the files of a topic's partition, as power loss may. Only while it does not run.
    void lose_records(const std::string& topic, int partition);

private:
    bool ready() const;

    std::filesystem::path data_;
    int port_;
    int controller_port_;
    pid_t process_ = 0;
};

}  // namespace chat::test
