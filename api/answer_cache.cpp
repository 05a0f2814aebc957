#include "api/answer_cache.hpp"

#include <utility>
#include <vector>

namespace chat {
namespace {

constexpr std::size_t entry_overhead = 320;  // nodes of a list and two hash maps, measured roughly

}  // namespace

AnswerCache::Answer AnswerCache::find(const UserId& user, std::string_view url) {
    const auto of_user = users_.find(user);
    if (of_user == users_.end()) return nullptr;
    const auto found = of_user->second.find(url);
    if (found == of_user->second.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->answer;
}

void AnswerCache::put(const UserId& user, std::string_view url, Answer answer) {
    const std::size_t bytes = entry_overhead + 2 * user.value().size() + url.size() + answer->bytes();
    if (bytes > limit_ / 8) return;  // one answer shall not throw out all others
    if (const auto of_user = users_.find(user); of_user != users_.end())
        if (const auto old = of_user->second.find(url); old != of_user->second.end()) remove(old->second);
    entries_.push_front({user, std::string(url), std::move(answer), bytes});
    users_[user].emplace(entries_.front().url, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > limit_) remove(std::prev(entries_.end()));
}

void AnswerCache::drop(const UserId& user) {
    const auto of_user = users_.find(user);
    if (of_user == users_.end()) return;
    for (const auto& [url, entry] : of_user->second) {
        bytes_ -= entry->bytes;
        entries_.erase(entry);
    }
    users_.erase(of_user);
}

bool AnswerCache::drop_older(const UserId& user, Sequence version) {
    const auto of_user = users_.find(user);
    if (of_user == users_.end()) return true;
    std::vector<Entries::iterator> older;
    bool newest = true;
    for (const auto& [url, entry] : of_user->second) {
        newest = newest && entry->answer->read.version <= version;
        if (entry->answer->read.version < version) older.push_back(entry);
    }
    for (const auto entry : older) remove(entry);
    return newest;
}

void AnswerCache::clear() {
    users_.clear();
    entries_.clear();
    bytes_ = 0;
}

void AnswerCache::remove(Entries::iterator entry) {
    const auto of_user = users_.find(entry->user);
    of_user->second.erase(entry->url);
    if (of_user->second.empty()) users_.erase(of_user);
    bytes_ -= entry->bytes;
    entries_.erase(entry);
}

}  // namespace chat
