#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "commands/service.hpp"

namespace chat {

namespace asio = boost::asio;

/// What a request's header fields ask of its command: Idempotency-Key (with a fingerprint of the request), If-Match,
/// traceparent, X-Request-Id. A key is 1 to 255 characters of UTF-8; anything else is a validation problem.
struct CommandHeaders {
    Causes causes;
    Preconditions preconditions;
};
Result<CommandHeaders, Problem> read_command_headers(const Request& request);

/// Executes the command as its request asks. Throws what `CommandService::execute` throws.
asio::awaitable<Result<Done, Problem>> run_command(const Request& request, CommandService& commands, Command command);

/// The answer to a command with the fields that tell how it was done: Chat-Version, and Idempotency-Replayed.
Response answer_to_command(Response response, const Done& done);
/// The same where the body is the session: with its ETag.
Response answer_with_session(Response response, const Done& done);

}  // namespace chat
