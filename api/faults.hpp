#pragma once

#include <exception>
#include <string>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "commands/service.hpp"

namespace chat {

/// The one place where faults become HTTP: what the rules or other writers caused ..
Problem problem_of(const CommandFault& fault);

struct ThrownProblem {
    Problem problem;
    std::string cause;  // for the log only: it may name hosts, SQL, anything
};

/// .. and what left a handler as an exception. `method`: was a command asked for, or a read?
ThrownProblem problem_of(const std::exception_ptr& thrown, Method method);

}  // namespace chat
