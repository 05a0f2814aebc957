#include "projections/public_record.hpp"

#include <utility>
#include <variant>

namespace chat {
namespace {

/// The texts of each event; a new event does not compile without its case.
struct HashTexts {
    const TextHash& hash;

    void operator()(SessionCreated& event) const {
        event.title = hash(event.title);
        if (event.first_message) event.first_message->content = hash(event.first_message->content);
    }
    void operator()(SessionRenamed& event) const {
        event.title = hash(event.title);
        if (event.previous_title) event.previous_title = hash(*event.previous_title);
    }
    void operator()(SessionDeleted&) const {}
    void operator()(SessionRestored&) const {}
    void operator()(MessageAdded& event) const { event.content = hash(event.content); }
};

std::string hashed(Recorded recorded, const TextHash& hash) {
    std::visit(HashTexts{hash}, recorded.event);
    return encode(recorded).value;
}

}  // namespace

std::shared_ptr<const Record> public_record(const std::shared_ptr<const Record>& record, const Recorded& recorded,
                                            PublicTexts texts, const TextHash& hash) {
    switch (texts) {
        case PublicTexts::full:
            return record;
        case PublicTexts::hashed:
            return std::make_shared<const Record>(Record{record->key, record->headers, hashed(recorded, hash)});
        case PublicTexts::left_out:
            break;
    }
    return std::make_shared<const Record>(
        Record{record->key, record->headers, encode(recorded, Texts::left_out).value});
}

}  // namespace chat
