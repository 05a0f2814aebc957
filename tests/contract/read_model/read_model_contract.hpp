#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "commands/ports/chats_store.hpp"
#include "projections/ports/queries.hpp"
#include "projections/ports/read_model_store.hpp"
#include "tests/contract/read_model/user_story.hpp"
#include "tests/support/coroutine.hpp"

namespace chat::test {

/// An empty read model: the three ports on the same data.
class ReadModel {
public:
    virtual ~ReadModel() = default;
    virtual ReadModelStore& store() = 0;
    virtual Queries& queries() = 0;
    virtual ChatsStore& chats() = 0;
    /// As a repair or an exchange of read models does.
    virtual void new_edition(Partition partition) = 0;
    /// Ends all that is in memory and opens the same data again.
    virtual void restart() = 0;
};

struct ReadModelAdapter {
    const char* name;
    std::function<std::unique_ptr<ReadModel>()> make;
};

/// What every read model keeps; an adapter instantiates it.
class ReadModelContract : public testing::TestWithParam<ReadModelAdapter> {
protected:
    static constexpr Partition partition{3};

    /// Waits for what a port gives.
    template <class T>
    T get(asio::awaitable<T> answer) {
        std::optional<T> value;
        run(
            io_, [&]() -> asio::awaitable<void> { value = co_await std::move(answer); }, std::chrono::seconds(60));
        if (!value) throw std::runtime_error("no answer");
        return std::move(*value);
    }

    /// Commits what the stories have gone through since the last time, as one batch.
    bool project(std::vector<UserStory*> stories) {
        Batch batch;
        for (UserStory* story : stories) story->into(batch);
        return commit(std::move(batch));
    }
    bool project(UserStory& story) { return project(std::vector{&story}); }
    bool commit(Batch batch) {
        const Checkpoint to{NextOffset(next_.value() + 1), EventId(next_uuid())};
        const bool done = get(model_->store().commit(partition, next_, to, std::move(batch)));
        if (done) next_ = to.next_offset;
        return done;
    }

    SessionPage list(const UserStory& story, SessionFilter filter = SessionFilter::active,
                     std::optional<AgentType> type = {}, std::size_t limit = 10) {
        return list(SessionListQuery{story.user(), filter, type, limit, {}, {}});
    }
    SessionPage list(SessionListQuery query) { return get(model_->queries().sessions(partition, std::move(query))); }
    MessagePage messages(const UserStory& story, SessionId session, std::size_t limit = 100,
                         std::optional<Sequence> before = {}, std::optional<Sequence> after = {}) {
        return get(model_->queries().messages(partition, {story.user(), session, limit, before, after}));
    }
    StoredChats load(const UserStory& story) { return get(model_->chats().load(partition, story.user())); }

    asio::io_context io_{1};
    std::unique_ptr<ReadModel> model_ = GetParam().make();
    NextOffset next_;  // the checkpoint
};

}  // namespace chat::test
