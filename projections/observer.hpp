#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "events/ids.hpp"

namespace chat {

/// What a committed batch held, in records.
struct BatchCounts {
    std::int64_t events = 0;
    std::int64_t voids = 0;
    std::int64_t foreign = 0;
    std::int64_t held = 0;  // of quarantined streams

    std::int64_t records() const { return events + voids + foreign + held; }
    bool operator==(const BatchCounts&) const = default;
};

/// What the projector tells of itself, for metrics and the log. Called on its executor; must not throw or block. What
/// a batch holds is told once, when it is committed. The defaults ignore everything.
class ProjectorObserver {
public:
    using Duration = std::chrono::steady_clock::duration;

    virtual ~ProjectorObserver() = default;

    virtual void started(Partition partition) { (void)partition; }
    virtual void stopped(Partition partition) { (void)partition; }
    virtual void committed(Partition partition, const BatchCounts& counts, Duration took) {
        (void)partition, (void)counts, (void)took;
    }
    /// Records of the log above the checkpoint, measured every few seconds.
    virtual void lag(Partition partition, std::int64_t records) { (void)partition, (void)records; }
    virtual void foreign_record(Partition partition, Offset offset, std::string_view why) {
        (void)partition, (void)offset, (void)why;
    }
    virtual void quarantined(const UserId& user, Partition partition, Offset offset, std::string_view why) {
        (void)user, (void)partition, (void)offset, (void)why;
    }
    /// Another projector moved the checkpoint: it is read again.
    virtual void checkpoint_lost(Partition partition) { (void)partition; }
    /// Each attempt that fails because the log or the database does not answer.
    virtual void outage(Partition partition, std::string_view why) { (void)partition, (void)why; }
    /// Each attempt that finds the log without what was applied from it: the partition is not projected.
    virtual void log_cut(Partition partition, std::string_view evidence) { (void)partition, (void)evidence; }
    /// The first time that things go well after an outage or a cut.
    virtual void recovered(Partition partition) { (void)partition; }
};

}  // namespace chat
