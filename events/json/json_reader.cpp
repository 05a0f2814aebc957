#include "events/json/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace chat {
namespace {

/// RFC 6901: a name as one step of a pointer.
std::string pointer_step(std::string_view name) {
    std::string step = "/";
    for (const char c : name) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

std::string text_of(const JsonSlice& string) {
    return string.escaped ? unescape(string.text) : std::string(string.text);
}

bool is_named(const JsonMember& member, std::string_view name) {
    if (member.name.refusal != nullptr) return false;
    return member.name.escaped ? unescape(member.name.text) == name : member.name.text == name;
}

}  // namespace

/// Owns the text that the slices of `scan` point into, so it must not move.
struct JsonReader::Document {
    explicit Document(std::string_view json) : text(json), scan(scan_json(text)) {}
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    const JsonSlice* find(std::string_view name) const {
        const auto& members = scan.members;
        const auto last =
            std::find_if(members.rbegin(), members.rend(), [name](const auto& m) { return is_named(m, name); });
        return last == members.rend() || last->value.kind == JsonKind::null ? nullptr : &last->value;
    }

    void add_fault(std::string pointer, std::string detail) {
        const auto same = [&pointer](const Fault& fault) { return fault.pointer == pointer; };
        if (std::none_of(faults.begin(), faults.end(), same)) faults.push_back({std::move(pointer), std::move(detail)});
    }

    void add_refusals() {
        constexpr std::size_t most = 32;  // a body may hold a hundred thousand of them
        for (const auto& [name, value] : scan.members) {
            if (faults.size() == most) return;
            if (name.refusal != nullptr) {
                add_fault(prefix, std::string("has a field whose name ") + name.refusal);
            } else if (value.refusal != nullptr) {
                add_fault(prefix + pointer_step(text_of(name)), value.refusal);
            }
        }
    }

    const std::string text;
    const JsonScan scan;
    std::string prefix;  // this object's own pointer
    std::vector<Fault> faults;
};

JsonReader::JsonReader(std::string_view text) : JsonReader(text, {}) {}

JsonReader::JsonReader(std::string_view text, std::string prefix) : document_(std::make_unique<Document>(text)) {
    document_->prefix = std::move(prefix);
    if (document_->scan.malformed) return;
    if (!document_->scan.is_object) document_->add_fault(document_->prefix, "must be an object");
    document_->add_refusals();
}

JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;
JsonReader::~JsonReader() = default;

const std::optional<std::string>& JsonReader::malformed() const { return document_->scan.malformed; }

bool JsonReader::is_object() const { return document_->scan.is_object; }

bool JsonReader::has(std::string_view name) const { return document_->find(name) != nullptr; }

bool JsonReader::require(std::string_view name) {
    if (has(name)) return true;
    fault(name, "is required");
    return false;
}

std::string JsonReader::string(std::string_view name) {
    require(name);
    return optional_string(name).value_or("");
}

const JsonSlice* JsonReader::optional_text(std::string_view name) {
    const JsonSlice* value = document_->find(name);
    if (value == nullptr || value->refusal != nullptr) return nullptr;
    if (value->kind == JsonKind::string) return value;
    fault(name, "must be a string");
    return nullptr;
}

std::optional<std::string> JsonReader::optional_string(std::string_view name) {
    const JsonSlice* text = optional_text(name);
    return text ? std::optional(text_of(*text)) : std::nullopt;
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view name) {
    const JsonSlice* value = document_->find(name);
    if (value == nullptr || value->refusal != nullptr) return std::nullopt;
    if (value->kind == JsonKind::number) {
        std::int64_t number = 0;
        const char* const end = value->text.data() + value->text.size();
        const auto [stop, error] = std::from_chars(value->text.data(), end, number);
        if (error == std::errc() && stop == end) return number;
    }
    fault(name, "must be an integer");
    return std::nullopt;
}

std::optional<bool> JsonReader::optional_bool(std::string_view name) {
    const JsonSlice* value = document_->find(name);
    if (value == nullptr) return std::nullopt;
    if (value->kind == JsonKind::true_) return true;
    if (value->kind == JsonKind::false_) return false;
    fault(name, "must be true or false");
    return std::nullopt;
}

JsonText JsonReader::object_or_empty(std::string_view name) {
    const JsonSlice* value = document_->find(name);
    if (value == nullptr || value->refusal != nullptr) return {};
    if (value->kind == JsonKind::object) return value->text == "{}" ? JsonText() : JsonText(std::string(value->text));
    fault(name, "must be an object");
    return {};
}

std::optional<JsonReader> JsonReader::optional_object(std::string_view name) {
    const JsonSlice* value = document_->find(name);
    if (value == nullptr) return std::nullopt;
    if (value->kind == JsonKind::object) return JsonReader(value->text, document_->prefix + pointer_step(name));
    fault(name, "must be an object");
    return std::nullopt;
}

void JsonReader::fault(std::string_view name, std::string detail) {
    document_->add_fault(document_->prefix + pointer_step(name), std::move(detail));
}

const std::vector<JsonReader::Fault>& JsonReader::faults() const { return document_->faults; }

std::optional<DecodeError> JsonReader::first_error() const {
    if (const auto& malformed = document_->scan.malformed) return DecodeError{document_->prefix, *malformed};
    if (document_->faults.empty()) return std::nullopt;
    const Fault& first = document_->faults.front();
    return DecodeError{first.pointer, first.detail};
}

}  // namespace chat
