#pragma once

#include <string>
#include <string_view>

#include "events/ids.hpp"

namespace chat {

/// The strong entity tag of what an URL gives one user at that sequence: `"v12"`, with the quotes.
std::string entity_tag(Sequence version);

/// Whether If-None-Match names the tag: in its list (compared weakly, RFC 9110, 13.1.2), or by `*`. What is no such
/// list names nothing.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace chat
