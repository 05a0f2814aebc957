#pragma once

#include <algorithm>
#include <cstddef>

namespace chat {

/// Bytes that many share; who is alone may have more than there are. Each user of it holds a Share, which gives back
/// what it took when it ends. On one executor.
class ByteBudget {
public:
    explicit ByteBudget(std::size_t limit) : limit_(limit) {}

    class Share {
    public:
        explicit Share(ByteBudget& budget) : budget_(budget) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { set(0); }

        /// Takes or gives back, so that this share is `bytes`. False, and nothing changes, if there are not so many, or
        /// fewer than `spare` would be left for others.
        bool try_set(std::size_t bytes, std::size_t spare = 0) {
            const bool alone = budget_.used_ == bytes_;
            if (bytes > bytes_ && !alone && bytes - bytes_ + spare > budget_.left()) return false;
            set(bytes);
            return true;
        }
        /// Also past the limit, for what is in memory already.
        void set(std::size_t bytes) {
            budget_.used_ = budget_.used_ - bytes_ + bytes;
            bytes_ = bytes;
        }

    private:
        ByteBudget& budget_;
        std::size_t bytes_ = 0;
    };

    std::size_t used() const { return used_; }

private:
    std::size_t left() const { return limit_ - std::min(limit_, used_); }

    const std::size_t limit_;
    std::size_t used_ = 0;
};

}  // namespace chat
