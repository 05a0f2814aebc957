#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "events/result.hpp"

namespace chat {

/// The parameters of a query, decoded, and what is wrong with them. Those that nobody asks for are ignored; one that
/// is asked for must not stand twice, since which of the two counts would be a guess.
class QueryParameters {
public:
    explicit QueryParameters(std::string_view query);

    std::optional<std::string> text(std::string_view name);
    /// A number from 1 to `most`.
    std::size_t limit(std::size_t most, std::size_t standard);

    /// `parse` gives an optional; `expected` completes "must be ..".
    template <class Parse>
    auto value(std::string_view name, Parse parse, std::string_view expected) -> decltype(parse(std::string_view())) {
        const auto given = text(name);
        if (!given) return std::nullopt;
        auto parsed = parse(std::string_view(*given));
        if (!parsed) fault(name, "must be " + std::string(expected));
        return parsed;
    }

    void fault(std::string_view name, std::string detail);
    const std::vector<FieldFault>& faults() const { return faults_; }

private:
    std::vector<std::pair<std::string, std::optional<std::string>>> parameters_;  // no value: not decodable
    std::vector<FieldFault> faults_;
};

/// The Chat-Version that a request names: the least that the answer is to reflect.
Result<std::optional<Sequence>, Problem> asked_version(const Request& request);

}  // namespace chat
