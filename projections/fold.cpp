#include "projections/fold.hpp"

#include <utility>
#include <variant>

#include "events/event.hpp"

namespace chat {
namespace {

/// One case for each judgement.
struct Count {
    Folded& folded;

    void operator()(Recorded&& recorded) {
        Batch& batch = folded.batch;
        apply(batch.sessions, recorded);
        apply(batch.activity, recorded);
        if (recorded.envelope.causes.command_key)
            apply(batch.answers, recorded, batch.sessions.of(recorded.envelope.user, recorded.envelope.session));
        apply(batch.messages, std::move(recorded));
        batch.events += 1;
    }
    void operator()(VoidRecord) { folded.batch.voids += 1; }
    void operator()(HeldRecord) { folded.held += 1; }
    void operator()(ForeignRecord record) {
        folded.batch.foreign += 1;
        folded.foreign.push_back(std::move(record));
    }
    void operator()(BrokenStream broken) { folded.broken.push_back(std::move(broken)); }
};

}  // namespace

void fold_on(Folded& folded, std::span<const StoredRecord> records, const KnownStreams& known) {
    StreamJudge judge(known, std::move(folded.batch.streams));
    for (const StoredRecord& stored : records) std::visit(Count{folded}, judge.judge(stored));
    folded.batch.streams = judge.take_streams();
    folded.next = {after(records.back().offset), event_id_of(*records.back().record)};
}

Folded fold(std::span<const StoredRecord> records, const KnownStreams& known) {
    Folded folded;
    fold_on(folded, records, known);
    return folded;
}

}  // namespace chat
