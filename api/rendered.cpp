#include "api/rendered.hpp"

#include <utility>

#include "api/entity_tag.hpp"

namespace chat {
namespace {

std::string lines_of(const ReadVersion& read) {
    Response lines;
    lines.reflecting(read.version);
    if (read.quarantined) lines.add("Chat-History", "damaged");
    return lines.fields();
}

}  // namespace

std::size_t Rendered::bytes() const {
    return sizeof(Rendered) + (body ? body->size() + sizeof(std::string) : 0) + tag.size() + validators.size() +
           others.size();
}

Rendered rendered(std::string json, Sequence changed, const std::string& link, const ReadVersion& read) {
    Rendered made;
    made.body = std::make_shared<const std::string>(std::move(json));
    made.tag = entity_tag(changed);
    made.validators = "ETag: " + made.tag + "\r\n" + lines_of(read);
    made.others = "Content-Type: application/json\r\n";
    if (!link.empty()) made.others += "Link: " + link + "\r\n";
    made.read = read;
    return made;
}

Rendered rendered_missing(const ProblemType& missing, const ReadVersion& read) {
    Rendered made;
    made.missing = &missing;
    made.validators = lines_of(read);
    made.read = read;
    return made;
}

Response respond(const Request& request, const Rendered& rendered) {
    if (!rendered.body) {
        Response response = respond(Problem{rendered.missing, "You have none with this id."}, request.path());
        response.add_lines(rendered.validators);
        return response;
    }
    const auto known = request.field(Field::if_none_match);
    if (known && names_tag(*known, rendered.tag)) {
        Response response(304);
        response.add_lines(rendered.validators);
        return response;
    }
    Response response;
    response.add_lines(rendered.validators).add_lines(rendered.others).share_body(rendered.body);
    return response;
}

}  // namespace chat
