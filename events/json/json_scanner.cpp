#include "events/json/json_scanner.hpp"

#include <cstddef>

#include "events/json/json_escape.hpp"
#include "events/json/json_number.hpp"
#include "events/text.hpp"

namespace chat {
namespace {

constexpr std::size_t most_nesting = 128;
// jsonb holds 256 MiB, and at worst (`[1,1,..]`) takes six bytes for each of text.
constexpr std::size_t most_text = 32U << 20U;
// jsonb prints 1e131071 with all its digits, so a few kilobytes could be stored but never be read again.
constexpr std::size_t most_growth = 1U << 20U;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One pass over a text. A step returns false once the text is malformed; `what_` says why, `at_` where.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    JsonScan scan() {
        JsonScan result;
        if (!document(result)) {
            result = {std::string(what_) + " at byte " + std::to_string(at_), false, {}};
        }
        return result;
    }

private:
    bool malformed(const char* what) {
        what_ = what;
        return false;
    }
    void refuse(const char* why) {
        if (refusal_ == nullptr) refusal_ = why;
    }

    // At the end as if there stood a U+0000, which is valid nowhere.
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    void skip_space() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') ++at_;
    }

    bool document(JsonScan& result) {
        if (text_.size() > most_text) return malformed("is longer than 32 MiB");
        at_ = valid_utf8_bytes(text_);
        if (at_ != text_.size()) return malformed("is not UTF-8");
        at_ = 0;
        skip_space();
        result.is_object = peek() == '{';
        JsonSlice whole;
        if (!(result.is_object ? members(result.members) : value(whole))) return false;
        skip_space();
        return at_ == text_.size() || malformed("has text behind its end");
    }

    bool members(std::vector<JsonMember>& members) {
        constexpr std::size_t usual = 8;
        members.reserve(usual);
        ++at_;
        skip_space();
        if (take('}')) return true;
        do {
            JsonMember member;
            if (!name(member.name) || !value(member.value)) return false;
            members.push_back(member);
            skip_space();
        } while (take(','));
        return take('}') || malformed("wants a comma or a brace");
    }

    /// A member's name and its colon.
    bool name(JsonSlice& slice) {
        refusal_ = nullptr;
        skip_space();
        if (!string(slice)) return false;
        skip_space();
        slice.refusal = refusal_;
        return take(':') || malformed("wants a colon");
    }

    /// A value with all that is in it.
    bool value(JsonSlice& slice) {
        refusal_ = nullptr;
        growth_ = 0;
        open_.clear();
        skip_space();
        const std::size_t begin = at_;
        if (!begin_value(slice)) return false;
        while (!open_.empty()) {
            JsonSlice inner;
            if (!(next_is_value_ ? begin_value(inner) : after_value())) return false;
        }
        if (slice.kind != JsonKind::string) slice.text = text_.substr(begin, at_ - begin);
        if (growth_ > most_growth) refuse("holds numbers that are too long when written out");
        slice.refusal = refusal_;
        return true;
    }

    /// A scalar, or the opening of an object or array up to its first value or its end.
    bool begin_value(JsonSlice& slice) {
        skip_space();
        next_is_value_ = false;
        switch (peek()) {
            case '{':
                slice.kind = JsonKind::object;
                return open('}');
            case '[':
                slice.kind = JsonKind::array;
                return open(']');
            case '"':
                slice.kind = JsonKind::string;
                return string(slice);
            case 't':
                slice.kind = JsonKind::true_;
                return literal("true");
            case 'f':
                slice.kind = JsonKind::false_;
                return literal("false");
            case 'n':
                slice.kind = JsonKind::null;
                return literal("null");
            default:
                slice.kind = JsonKind::number;
                return number();
        }
    }

    bool open(char closer) {
        ++at_;
        skip_space();
        // The object around a member is the first level.
        if (open_.size() + 2 > most_nesting) refuse("is nested more than 128 levels deep");
        if (take(closer)) return true;
        open_ += closer;
        next_is_value_ = true;
        return closer == ']' || inner_name();
    }

    bool after_value() {
        skip_space();
        const char closer = open_.back();
        if (take(closer)) {
            open_.pop_back();
            return true;
        }
        if (!take(',')) return malformed(closer == '}' ? "wants a comma or a brace" : "wants a comma or a bracket");
        next_is_value_ = true;
        return closer == ']' || inner_name();
    }

    bool inner_name() {
        JsonSlice ignored;
        skip_space();
        if (!string(ignored)) return false;
        skip_space();
        return take(':') || malformed("wants a colon");
    }

    bool literal(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return malformed("wants a value");
        at_ += word.size();
        return true;
    }

    bool string(JsonSlice& slice) {
        if (!take('"')) return malformed("wants a string");
        const std::size_t begin = at_;
        for (;;) {
            at_ += plain_bytes(text_.substr(at_));
            if (at_ == text_.size()) return malformed("ends inside a string");
            if (text_[at_] == '"') break;
            if (text_[at_] != '\\') return malformed("has a control character inside a string");
            slice.escaped = true;
            if (!escape()) return false;
        }
        slice.text = text_.substr(begin, at_ - begin);
        ++at_;
        return true;
    }

    bool escape() {
        ++at_;
        if (take('u')) return unicode_escape();
        if (at_ == text_.size() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos) {
            return malformed("has an unknown escape");
        }
        ++at_;
        return true;
    }

    bool unicode_escape() {
        const auto unit = read_code_unit(text_.substr(at_));
        if (!unit) return malformed("wants four hexadecimal digits");
        at_ += 4;
        if (*unit == 0) refuse("holds U+0000");
        if (is_low_surrogate(*unit)) refuse("holds a lone surrogate");
        if (is_high_surrogate(*unit)) {
            const auto low = text_.substr(at_, 2) == "\\u" ? read_code_unit(text_.substr(at_ + 2)) : std::nullopt;
            if (low && is_low_surrogate(*low)) {
                at_ += 6;
            } else {
                refuse("holds a lone surrogate");
            }
        }
        return true;
    }

    bool digits() {
        if (!is_digit(peek())) return false;
        while (is_digit(peek())) ++at_;
        return true;
    }

    bool number() {
        const std::size_t begin = at_;
        const bool negative = take('-');
        if (!take('0') && !digits()) return malformed(negative ? "wants a digit" : "wants a value");
        if (take('.') && !digits()) return malformed("wants a digit");
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!digits()) return malformed("wants a digit");
        }
        const JsonNumber measured = measure_number(text_.substr(begin, at_ - begin));
        if (!measured.storable) refuse("holds a number that is out of range");
        growth_ += measured.growth;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    const char* what_ = "";
    const char* refusal_ = nullptr;  // the first in the name or member at hand
    std::size_t growth_ = 0;         // of the member's numbers, written out
    std::string open_;               // what closes the objects and arrays inside the member, innermost last
    bool next_is_value_ = false;
};

}  // namespace

JsonScan scan_json(std::string_view text) { return Scanner(text).scan(); }

}  // namespace chat
