#include "events/json/json_text.hpp"

namespace chat {
namespace {

std::shared_ptr<const std::string> empty_object() {
    static const auto text = std::make_shared<const std::string>("{}");
    return text;
}

}  // namespace

JsonText::JsonText() : text_(empty_object()) {}

}  // namespace chat
