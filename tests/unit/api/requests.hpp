#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

// How failures print.
inline void PrintTo(const FieldFault& fault, std::ostream* out) { *out << fault.pointer << ": " << fault.detail; }
inline void PrintTo(const Problem& problem, std::ostream* out) {
    *out << problem.type->name << " " << problem.detail;
    for (const FieldFault& fault : problem.errors) *out << " [" << fault.pointer << ": " << fault.detail << "]";
}

namespace test {

inline Request get(std::string target) {
    Request request;
    request.target = std::move(target);
    request.caller = UserId("ada");
    return request;
}

inline Request post(std::string target, std::string body) {
    Request request = get(std::move(target));
    request.method = Method::post;
    request.body = std::move(body);
    request.fields.emplace_back(Field::content_type, "application/json");
    return request;
}

}  // namespace test
}  // namespace chat
