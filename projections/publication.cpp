#include "projections/publication.hpp"

#include <utility>
#include <variant>

namespace chat {
namespace {

/// One case for each judgement.
struct Select {
    Publication& publication;
    const StoredRecord& stored;
    PublicTexts texts;
    const TextHash& hash;

    void operator()(const Recorded& recorded) const {
        publication.events.push_back({recorded.envelope.id, public_record(stored.record, recorded, texts, hash)});
        publication.counts.events += 1;
    }
    void operator()(VoidRecord) const { publication.counts.voids += 1; }
    void operator()(HeldRecord) const { publication.counts.held += 1; }
    void operator()(ForeignRecord record) const {
        publication.counts.foreign += 1;
        publication.foreign.push_back(std::move(record));
    }
    void operator()(BrokenStream broken) const {
        publication.counts.held += 1;
        publication.broken.push_back(std::move(broken));
    }
};

}  // namespace

Publication select_public(std::span<const StoredRecord> records, const KnownStreams& known, PublicTexts texts,
                          const TextHash& hash) {
    Publication publication;
    StreamJudge judge(known);
    for (const StoredRecord& stored : records)
        std::visit(Select{publication, stored, texts, hash}, judge.judge(stored));
    publication.streams = judge.take_streams();
    publication.next = {after(records.back().offset), event_id_of(*records.back().record)};
    return publication;
}

}  // namespace chat
