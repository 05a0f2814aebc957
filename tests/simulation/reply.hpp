#pragma once

#include <string>
#include <utility>
#include <variant>

#include "events/log_cut.hpp"
#include "events/outage.hpp"

namespace chat::test {

struct NoAnswer {
    std::string why;
};
struct OutOfLog {
    std::string why;
};

/// What comes back from outside of a process: an answer, or what the port throws for it.
template <class T>
using Reply = std::variant<T, NoAnswer, OutOfLog>;

template <class T>
T unwrap(Reply<T> reply) {
    if (auto* none = std::get_if<NoAnswer>(&reply)) throw Outage(none->why);
    if (auto* out = std::get_if<OutOfLog>(&reply)) throw LogCut(out->why);
    return std::get<T>(std::move(reply));
}

}  // namespace chat::test
