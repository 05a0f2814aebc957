#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "events/event.hpp"

namespace chat::test {

/// Every event that the structs allow, the odd ones oftener than life would: rare characters, absent and present
/// optionals, nested metadata with numbers that no double holds. The same seed makes the same events.
class RandomEvents {
public:
    explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

    Recorded next();
    std::string text(std::size_t least, std::size_t most);  // in code points
    std::string json(int depth);
    JsonText object();

private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    bool coin() { return below(2) == 0; }
    Uuid uuid();
    std::string number();
    Event event(std::size_t kind, const UserId& user, SessionId session);
    Causes causes();
    template <class T, class Make>
    std::optional<T> maybe(Make make) {
        return coin() ? std::optional<T>(make()) : std::nullopt;
    }

    std::mt19937_64 random_;
};

}  // namespace chat::test
