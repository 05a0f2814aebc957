#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/rendered.hpp"
#include "events/ids.hpp"

namespace chat {

/// Rendered answers by user and URL, the least recently used thrown away first when there are more bytes than allowed.
/// A value without I/O; what makes an answer stale is its owner's affair.
class AnswerCache {
public:
    using Answer = std::shared_ptr<const Rendered>;

    explicit AnswerCache(std::size_t bytes) : limit_(bytes) {}

    /// Nothing if it is not there.
    Answer find(const UserId& user, std::string_view url);
    void put(const UserId& user, std::string_view url, Answer answer);
    void drop(const UserId& user);
    void clear();
    /// Drops what shows the user's stream at less than that version. False: something kept shows more.
    bool drop_older(const UserId& user, Sequence version);

    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const { return bytes_; }

private:
    struct Entry {
        const UserId user;
        const std::string url;
        Answer answer;
        std::size_t bytes = 0;
    };
    using Entries = std::list<Entry>;
    using OfUser = std::unordered_map<std::string_view, Entries::iterator>;  // keys are the entries' own

    void remove(Entries::iterator entry);

    std::size_t limit_;
    std::size_t bytes_ = 0;
    Entries entries_;  // most recently used first
    std::unordered_map<UserId, OfUser> users_;
};

}  // namespace chat
