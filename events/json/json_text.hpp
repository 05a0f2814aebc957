#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace chat {

/// A JSON value as text, kept digit for digit: numbers are never read into doubles. Copies share the text.
/// Equality is of the text. The constructor trusts its argument to be valid JSON in UTF-8.
class JsonText {
public:
    /// `{}`.
    JsonText();
    explicit JsonText(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}

    std::string_view view() const { return *text_; }

    friend bool operator==(const JsonText& a, const JsonText& b) { return *a.text_ == *b.text_; }

private:
    std::shared_ptr<const std::string> text_;
};

}  // namespace chat
