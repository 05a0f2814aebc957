#pragma once

#include <chrono>
#include <string_view>

#include "events/ids.hpp"

namespace chat {

/// What the write path tells of itself, for metrics and the log. Called on the service's executor; must not throw or
/// block. The defaults ignore everything.
class CommandObserver {
public:
    using Duration = std::chrono::nanoseconds;

    virtual ~CommandObserver() = default;

    /// `command`: add_message, ..; `outcome`: accepted, replayed, unchanged, refused, conflict, unknown, outage.
    virtual void command_done(std::string_view command, std::string_view outcome, Duration took) {
        (void)command, (void)outcome, (void)took;
    }
    /// From handing a record to the log to knowing whether it belongs.
    virtual void settled(Duration took, bool belongs) { (void)took, (void)belongs; }
    virtual void appended_again(Partition partition, std::string_view why) { (void)partition, (void)why; }
    virtual void tail_failed(Partition partition, std::string_view why) { (void)partition, (void)why; }
    virtual void tail_recovered(Partition partition) { (void)partition; }
    virtual void log_cut(Partition partition, std::string_view evidence) { (void)partition, (void)evidence; }
    virtual void quarantined(const UserId& user, std::string_view why) { (void)user, (void)why; }
    /// Events of the user up to `known` were known to this process; a cut log does not have all of them any more, and
    /// the read model never had. The stream is quarantined.
    virtual void lost(const UserId& user, Sequence known) { (void)user, (void)known; }
    virtual void foreign_record(Partition partition, Offset offset, std::string_view why) {
        (void)partition, (void)offset, (void)why;
    }
    /// Sizes now, after each change: users kept hot, bytes of them, records above the checkpoint that the tail keeps.
    virtual void kept(std::size_t hot_users, std::size_t hot_bytes, std::size_t tail_records) {
        (void)hot_users, (void)hot_bytes, (void)tail_records;
    }
};

}  // namespace chat
