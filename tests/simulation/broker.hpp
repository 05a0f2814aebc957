#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "commands/ports/event_log.hpp"
#include "projections/ports/record_source.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/reply.hpp"

namespace chat::test {

/// How often a log does what logs do.
struct BrokerFaults {
    double ack_lost = 0;                    // stored, the report times out
    double record_lost = 0;                 // not stored, the report times out
    double arrives_late = 0;                // the report times out, then it is stored
    double no_offset = 0;                   // stored, reported without saying where
    double second_copy = 0;                 // stored twice, as a retry does
    double queue_full = 0;                  // refused before it is sent
    std::chrono::milliseconds tail_lag{0};  // at most, of each read
    std::chrono::milliseconds append_timeout{800};
};

class SimulatedLog;

/// The log itself: partitions of records, on a machine that can restart, and that can forget its last records when its
/// power fails. Talks to processes through connections that take time and break.
class Broker {
public:
    Broker(World& world, std::int32_t partitions) : world_(world), partitions_(static_cast<std::size_t>(partitions)) {}

    BrokerFaults faults;

    /// Down until `start`; every connection breaks. `forgets`: at most so many of each partition's last records are
    /// gone.
    void stop(int forgets);
    void start() { down_ = false; }
    bool down() const { return down_; }
    /// Ends what the process has open.
    void break_connections(Process& process);
    /// The process's producer fails for good: what is in flight is unknown, and nothing can be sent for a while.
    void fail_producer(Process& process);

    std::int32_t count() const { return static_cast<std::int32_t>(partitions_.size()); }
    const std::vector<std::shared_ptr<const Record>>& records(Partition partition) const;
    NextOffset end(Partition partition) const;
    /// Requests (correlation ids) of records that were forgotten.
    const std::set<std::string>& forgotten() const { return forgotten_; }
    /// A record that was forgotten was sent again and landed where it had been, with others before it than before: who
    /// remembers of the log where it stood and the id there cannot tell, and nothing is promised.
    bool twins() const { return twins_; }

private:
    friend class SimulatedLog;

    using Records = std::vector<StoredRecord>;
    struct Reader {
        NextOffset next;
        std::size_t limit;
        std::function<void(Reply<Records>)> answer;
    };
    struct Stored {
        std::vector<std::shared_ptr<const Record>> records;
        std::list<Reader> waiting;
    };

    SimulatedLog* log_of(const Process& process);
    Stored& at(Partition partition) { return partitions_.at(static_cast<std::size_t>(partition.value())); }
    Offset store(Partition partition, std::shared_ptr<const Record> record);
    void read(Partition partition, Reader reader);
    void serve(Partition partition, const Reader& reader);

    World& world_;
    std::vector<Stored> partitions_;
    std::list<SimulatedLog*> clients_;
    std::set<std::string> forgotten_;
    std::set<std::pair<std::pair<Partition, Offset>, const Record*>> forgotten_places_;
    std::vector<std::shared_ptr<const Record>> forgotten_records_;  // so that their addresses stay theirs
    bool twins_ = false;
    bool down_ = false;
};

/// One process's clients of the broker: both ports. A connection that breaks answers every read that is under way, or
/// else the next one, with an outage, and before anything that is sent afterwards is answered.
class SimulatedLog final : public EventLog, public RecordSource {
public:
    SimulatedLog(Process& process, Broker& broker);
    ~SimulatedLog() override;

    std::int32_t partitions() const override { return broker_.count(); }
    asio::awaitable<Delivery> append(Partition partition, std::shared_ptr<const Record> record) override;
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override;
    asio::awaitable<NextOffset> end(Partition partition) override;
    void distrust(Partition) override {}  // it keeps nothing

private:
    friend class Broker;
    using Report = std::function<void(Reply<Delivery>)>;
    using ReadAnswer = std::function<void(Reply<std::vector<StoredRecord>>)>;
    struct Read {
        ReadAnswer answer;
        bool under_way = true;  // no answer has reached the process
        void end(Reply<std::vector<StoredRecord>> reply) {
            if (std::exchange(under_way, false)) answer(std::move(reply));
        }
    };
    struct Tail {
        std::shared_ptr<Read> last;
        bool broken = false;  // to be told by the next read
    };

    void send(Partition partition, const std::shared_ptr<const Record>& record, const Report& report);
    void break_connections();

    Process& process_;
    World& world_;
    Broker& broker_;
    std::vector<Tail> tails_;  // by partition
    std::list<Report> in_flight_;
    World::Moment producer_back_{};
};

}  // namespace chat::test
