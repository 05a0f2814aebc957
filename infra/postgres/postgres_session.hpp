#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "events/outage.hpp"
#include "infra/postgres/postgres_options.hpp"
#include "infra/postgres/pqxx.hpp"
#include "infra/postgres/statement.hpp"

namespace chat {

/// A connection to PostgreSQL. Thread: any, one at a time; every call blocks. Throws Outage for what the world causes
/// (connection lost, server shutting down, out of connections, memory or disk, timeouts, a lost deadlock); anything
/// else that pqxx throws is a bug in a statement. Transactions are BEGIN and COMMIT on a pqxx::nontransaction, since
/// pqxx::work of 6.x connects anew behind our back, without our settings.
class PostgresSession {
public:
    /// Connects.
    explicit PostgresSession(const PostgresOptions& options);
    PostgresSession(const PostgresSession&) = delete;
    PostgresSession& operator=(const PostgresSession&) = delete;

    /// False: a call failed on it, or the other end closed it while it was idle. It is of no more use then.
    bool usable() const;
    /// True once a call failed in a way that leaves open what the server did.
    bool broken() const { return broken_; }

    /// Runs one prepared statement; outside of `transaction` it commits by itself.
    template <class... Args>
    pqxx::result exec(const Statement& statement, const Args&... args) {
        return guarded([&] {
            prepare(statement);
            pqxx::nontransaction sql(connection_);
            return sql.exec_prepared(statement.name, args...);
        });
    }

    /// Runs SQL as it is, several statements too.
    pqxx::result exec(const std::string& text);

    /// BEGIN, work, COMMIT; ROLLBACK if the work throws.
    template <class F>
    auto transaction(F&& work) {
        exec("BEGIN");
        Rollback rollback{this};
        if constexpr (std::is_void_v<decltype(work(*this))>) {
            work(*this);
            rollback.commit();
        } else {
            auto result = work(*this);
            rollback.commit();
            return result;
        }
    }

    /// Different for every connection that this process makes.
    std::uint64_t number() const { return number_; }
    pqxx::connection& connection() { return connection_; }

private:
    struct Rollback {
        PostgresSession* session;
        void commit() { std::exchange(session, nullptr)->exec("COMMIT"); }
        ~Rollback();
    };

    template <class F>
    pqxx::result guarded(F&& call) {
        require_open();
        try {
            return call();
        } catch (...) {
            fail();
        }
    }
    void require_open() const;
    void prepare(const Statement& statement);
    [[noreturn]] void fail();

    const std::uint64_t number_;
    pqxx::connection connection_;
    std::unordered_set<std::string> prepared_;
    bool broken_ = false;
};

}  // namespace chat
