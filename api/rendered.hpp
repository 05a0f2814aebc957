#pragma once

#include <memory>
#include <string>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// The answer to a read, ready to be sent, and sent again as long as nothing of the user changed.
struct Rendered {
    std::shared_ptr<const std::string> body;  // nothing: what was asked for does not exist
    const ProblemType* missing = nullptr;     // .. and this is what the caller is told
    std::string tag;
    std::string validators;  // field lines that a 304 has too
    std::string others;      // field lines that only the 200 has
    ReadVersion read;

    std::size_t bytes() const;
};

/// `changed`: the sequence that the entity tag is made of; `link`: the value of Link, empty for none.
Rendered rendered(std::string json, Sequence changed, const std::string& link, const ReadVersion& read);
Rendered rendered_missing(const ProblemType& missing, const ReadVersion& read);

/// 200, 304 if the request names the tag, or 404.
Response respond(const Request& request, const Rendered& rendered);

}  // namespace chat
