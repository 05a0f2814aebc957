#include "projections/replay/stored_json.hpp"

#include <string>
#include <utility>
#include <vector>

namespace chat {

asio::awaitable<void> write_as_stored(ReadModelRows& model, Batch& batch) {
    std::vector<JsonText*> places;
    const JsonText empty;  // most are, and stay as they are
    for (MessageRow& message : batch.messages)
        if (!(message.metadata == empty)) places.push_back(&message.metadata);
    std::vector<std::pair<UserId, SessionId>> created;
    for (const SessionChange& change : batch.sessions.all())
        if (change.created && !(change.created->metadata == empty)) created.emplace_back(change.user, change.session);
    for (const auto& [user, session] : created) places.push_back(&batch.sessions.of(user, session).created->metadata);
    if (places.empty()) co_return;

    std::vector<std::string> texts;
    texts.reserve(places.size());
    for (const JsonText* place : places) texts.emplace_back(place->view());
    std::vector<std::string> stored = co_await model.as_stored(std::move(texts));
    for (std::size_t i = 0; i < places.size(); ++i) *places[i] = JsonText(std::move(stored.at(i)));
}

}  // namespace chat
