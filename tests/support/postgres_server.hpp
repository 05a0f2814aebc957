#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace chat::test {

/// A PostgreSQL server of the test's own, which it may stop, kill and freeze. Listens on a Unix socket only. Its
/// programs do not run as root: then they run as the user postgres.
class PostgresServer {
public:
    /// Makes a cluster with trust authentication and starts it. Throws std::runtime_error with what initdb or pg_ctl
    /// said.
    explicit PostgresServer(const std::string& settings = {});
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    std::string connection() const;

    void start();
    /// Connections are ended, then it shuts down.
    void stop();
    /// SIGKILL to all of it, as in a crash.
    void kill();
    /// SIGSTOP and SIGCONT to all of it: connections stay, nothing answers.
    void freeze();
    void thaw();

private:
    void run(const std::string& command) const;
    std::vector<pid_t> processes() const;
    void signal_all(int signal) const;

    std::filesystem::path directory_;
    bool running_ = false;
};

}  // namespace chat::test
