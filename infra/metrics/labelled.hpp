#pragma once

#include <prometheus/family.h>
#include <prometheus/labels.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace chat {

/// The metrics of a family by their labels' values. prometheus-cpp builds a map and hashes it at each look-up; here a
/// combination that was seen before costs a few string comparisons. For labels with few values. On one thread.
template <class Metric, std::size_t labels>
class Labelled {
public:
    Labelled(prometheus::Family<Metric>& family, std::array<std::string, labels> names)
        : family_(family), names_(std::move(names)) {}

    /// `args` make a new metric (a histogram's buckets).
    template <class... Args>
    Metric& of(std::array<std::string_view, labels> values, const Args&... args) {
        if (const auto found = known_.find(values); found != known_.end()) return *found->second;
        prometheus::Labels named;
        std::array<std::string, labels> owned;
        for (std::size_t i = 0; i < labels; ++i) {
            owned[i] = values[i];
            named.emplace(names_[i], owned[i]);
        }
        Metric& metric = family_.Add(named, args...);
        known_.emplace(std::move(owned), &metric);
        return metric;
    }

private:
    struct Less {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                                [](std::string_view x, std::string_view y) { return x < y; });
        }
    };
    prometheus::Family<Metric>& family_;
    std::array<std::string, labels> names_;
    std::map<std::array<std::string, labels>, Metric*, Less> known_;
};

}  // namespace chat
