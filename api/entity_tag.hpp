#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"

namespace chat {

/// The strong entity tag of what an URL gives one user at that sequence: `"v12"`, with the quotes.
std::string entity_tag(Sequence version);

/// Whether If-None-Match names the tag: in its list (compared weakly, RFC 9110, 13.1.2), or by `*`. What is no such
/// list names nothing.
bool names_tag(std::string_view if_none_match, std::string_view tag);

/// The versions that If-Match names, for `entity_tag`'s tags (compared strongly, RFC 9110, 13.1.1: weak tags name
/// nothing). What is no such list names nothing.
std::vector<Sequence> versions_named(std::string_view if_match);

}  // namespace chat
