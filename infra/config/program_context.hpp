#pragma once

#include <boost/asio/io_context.hpp>

namespace chat {

/// A program's I/O context, for one thread. A context is made first, so by itself it would drop coroutines that are
/// still suspended (past the grace, or when another failed) after all that they use is gone; a `Drop` that is declared
/// last drops them first.
class ProgramContext : public boost::asio::io_context {
public:
    ProgramContext() : boost::asio::io_context(1) {}

    struct Drop {
        ProgramContext& context;
        ~Drop() { context.shutdown(); }
    };
};

}  // namespace chat
