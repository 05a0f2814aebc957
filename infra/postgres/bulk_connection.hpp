#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/outage.hpp"
#include "infra/postgres/postgres_options.hpp"

namespace chat {

/// A connection for COPY, by libpq itself: libpqxx 6 and 7 have no call for it in common, and only its text form, which
/// takes twice the time. Every call blocks; there is no statement timeout, and commits do not wait for the disk. Throws
/// Outage if the connection breaks, std::runtime_error for what the server refuses. Thread: any, one at a time.
class BulkConnection {
public:
    /// Connects.
    explicit BulkConnection(const PostgresOptions& options);

    /// Runs SQL as it is, or one statement with parameters; gives the number of its rows.
    int exec(const std::string& sql);
    int exec(const std::string& statement, const std::vector<std::optional<std::string>>& values);

    /// COPY .. FROM STDIN until `end_copy`; nothing else meanwhile.
    void begin_copy(const std::string& sql);
    void put(std::string_view bytes);
    void end_copy();

    /// COPY .. TO STDOUT, message by message (a row each, but for the form's own head and tail), each until the next
    /// call; nothing at its end.
    void begin_copy_out(const std::string& sql);
    std::optional<std::string_view> get();

private:
    struct Close {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    struct Free {
        void operator()(char* message) const noexcept { PQfreemem(message); }
    };
    using Result = std::unique_ptr<PGresult, Clear>;
    Result checked(PGresult* result, ExecStatusType expected);
    [[noreturn]] void fail(const char* text, bool fatal = false);

    void finish_copy();

    std::unique_ptr<PGconn, Close> connection_;
    std::unique_ptr<char, Free> message_;  // that `get` gave last
};

}  // namespace chat
