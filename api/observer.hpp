#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace chat {

/// One request that was answered. The views are good during the call only, `method` and `operation` for good.
struct AnsweredRequest {
    std::string_view method;     // GET, ..; `other` for what we do not know
    std::string_view operation;  // the route's operationId; `none` if no route was found
    int status = 0;
    std::chrono::steady_clock::duration took{};  // from the request being read to the answer being ready to send
    std::string_view path;                       // without the query
    std::string_view request_id;
    std::string_view user;   // empty if not authenticated
    std::string_view fault;  // what an answer of 500 or 503 was caused by; never shown to the caller
};

/// What the HTTP side tells of itself, for metrics and the log. Called on the server's executor; must not throw or
/// block. The defaults ignore everything.
class HttpObserver {
public:
    using Duration = std::chrono::steady_clock::duration;

    virtual ~HttpObserver() = default;

    virtual void request_done(const AnsweredRequest& request) { (void)request; }
    /// A request that was refused before it could be understood: `status` 400, 408, 413, 417, 431.
    virtual void request_refused(int status) { (void)status; }
    /// Open connections now, after each change.
    virtual void connections(std::size_t open) { (void)open; }
    /// Bytes of request bodies and answers in memory, now and then.
    virtual void payload(std::size_t bytes) { (void)bytes; }
    /// One more was turned away since there are as many as allowed.
    virtual void connection_refused() {}
    /// The listening socket failed; accepting goes on after a pause.
    virtual void accept_failed(std::string_view why) { (void)why; }

    /// A read of a user's data: answered from the cache of rendered answers, or by a query.
    virtual void read_answered(bool from_cache) { (void)from_cache; }
    /// A read had to wait for the read model; `in_time`: it came to have what was asked for within the bound.
    virtual void read_waited(Duration took, bool in_time) { (void)took, (void)in_time; }
    /// The cache now, after each change.
    virtual void cached(std::size_t answers, std::size_t bytes) { (void)answers, (void)bytes; }
};

}  // namespace chat
