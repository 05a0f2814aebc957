#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/chat_reads.hpp"
#include "commands/service.hpp"
#include "projections/projector.hpp"
#include "tests/history/operation.hpp"
#include "tests/simulation/broker.hpp"
#include "tests/simulation/database.hpp"
#include "tests/simulation/process.hpp"

namespace chat::test {

struct ApiNodeOptions {
    ServiceOptions service;
    ReadOptions reads;
    std::chrono::milliseconds clock_skew{0};
    double lose_notice = 0;  // of a commit, until the next poll
    World::Duration notice_delay = std::chrono::milliseconds(1);
};

/// chat-api as far as the simulation goes: the command service and the reads, without HTTP.
class ApiNode {
public:
    ApiNode(World& world, Broker& broker, Database& database, int number, const ApiNodeOptions& options);

    void start();
    Process& process() { return process_; }

    /// The request arrives. `done` is called when the answer is ready, with what it says; never if the node dies.
    void handle(Operation request, std::function<void(Operation)> done);

    /// The checkpoints are read, now and then, and when the connection to the database is made anew.
    void poll();
    /// Notices are not lost any more.
    void mend() { options_.lose_notice = 0; }
    /// A commit of a projector: told after a while, or not at all.
    void committed(Partition partition, NextOffset next);
    void repaired(Partition partition, Edition edition);

private:
    struct Program;
    asio::awaitable<void> serve(std::shared_ptr<Operation> request);
    asio::awaitable<void> execute(Operation& request);
    asio::awaitable<void> read(Operation& request);
    void poll_each_second();

    World& world_;
    Broker& broker_;
    Database& database_;
    ApiNodeOptions options_;
    Process process_;
    Program* program_ = nullptr;  // while the process lives
};

/// chat-projector.
class ProjectorNode {
public:
    ProjectorNode(World& world, Broker& broker, Database& database, int number, const ProjectorOptions& options);

    void start();
    Process& process() { return process_; }
    /// Its share, now and after a restart.
    void assign(std::set<Partition> partitions);
    /// Why it ended by itself, which it must not.
    const std::optional<std::string>& failure() const { return failure_; }

private:
    struct Program;

    World& world_;
    Broker& broker_;
    Database& database_;
    ProjectorOptions options_;
    std::set<Partition> assigned_;
    std::optional<std::string> failure_;
    Process process_;
    Program* program_ = nullptr;
};

}  // namespace chat::test
