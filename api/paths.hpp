#pragma once

#include <string>

#include "api/request.hpp"
#include "events/ids.hpp"

namespace chat {

std::string session_path(SessionId session);
std::string messages_path(SessionId session);
std::string message_path(SessionId session, MessageId message);

/// The `number`th id in the request's path. One that is no UUID is taken for the nil UUID, which nothing ever has: so
/// it takes the same way, and gets the same answer, as an id that does not exist.
template <class AnyId>
AnyId path_id(const Request& request, std::size_t number) {
    return AnyId::parse(request.path_parameters.at(number)).value_or(AnyId{});
}

}  // namespace chat
