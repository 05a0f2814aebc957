#include "api/run_command.hpp"

#include <utility>

#include "api/entity_tag.hpp"
#include "api/faults.hpp"
#include "api/fingerprint.hpp"
#include "api/request_id.hpp"
#include "events/text.hpp"

namespace chat {
namespace {

constexpr std::size_t longest_key = 255;

}  // namespace

Result<CommandHeaders, Problem> read_command_headers(const Request& request) {
    CommandHeaders headers{causes_of(request), Preconditions()};
    if (const auto key = request.field(Field::idempotency_key)) {
        const auto length = count_code_points(*key);
        if (!length || *length < 1 || *length > longest_key)
            return invalid({{"/header/Idempotency-Key", "must be 1 to 255 characters of UTF-8"}});
        headers.causes.command_key = std::string(*key);
        headers.causes.command_fingerprint = fingerprint_of(request);
    }
    if (const auto tags = request.field(Field::if_match); tags && *tags != "*")
        headers.preconditions = Preconditions(versions_named(*tags));
    return headers;
}

asio::awaitable<Result<Done, Problem>> run_command(const Request& request, CommandService& commands, Command command) {
    auto headers = read_command_headers(request);
    if (!headers) co_return headers.error();
    const auto done = co_await commands.execute(request.caller, std::move(command), std::move(headers->causes),
                                                std::move(headers->preconditions));
    if (!done) co_return problem_of(done.error());
    co_return *done;
}

Response answer_to_command(Response response, const Done& done) {
    response.reflecting(done.sequence);
    if (done.replayed) response.add("Idempotency-Replayed", "true");
    return response;
}

Response answer_with_session(Response response, const Done& done) {
    response.add("ETag", entity_tag(done.session.changed));
    return answer_to_command(std::move(response), done);
}

}  // namespace chat
