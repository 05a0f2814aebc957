#include "api/faults.hpp"

namespace chat {

Problem problem_of(const CommandFault& fault) {
    struct Visitor {
        Problem operator()(const Refused& refused) const {
            Problem problem{&problems::no_such_session, "You have no session with this id."};
            switch (refused.why) {
                case Refusal::moved_on:
                    problem = {&problems::precondition_failed,
                               "The session is not at a version that If-Match names. Nothing was stored."};
                    break;
                case Refusal::key_reused:
                    problem = {&problems::key_reused,
                               "Nothing was stored; use a new key for another request.",
                               {{"/header/Idempotency-Key", "was used with another request"}}};
                    break;
                case Refusal::no_such_session:
                    break;
            }
            problem.reflects = refused.sequence;
            return problem;
        }
        Problem operator()(const Conflict&) const {
            return {&problems::conflict, "Other writers of yours were always first. Nothing was stored; try again."};
        }
    };
    return std::visit(Visitor{}, fault);
}

ThrownProblem problem_of(const std::exception_ptr& thrown, Method method) {
    const bool is_read = method == Method::get || method == Method::head;
    try {
        std::rethrow_exception(thrown);
    } catch (const OutcomeUnknown& unknown) {
        return {{&problems::outcome_unknown,
                 "The command was sent to the log and no answer came. Send it again with the same Idempotency-Key, or "
                 "look first.",
                 {},
                 unknown.retry_after()},
                unknown.what()};
    } catch (const Quarantined& damaged) {
        return {{&problems::history_damaged,
                 "The log lacks a part of your history. Nothing was stored; an operator has to decide first.",
                 {},
                 damaged.retry_after()},
                damaged.what()};
    } catch (const Outage& outage) {
        const ProblemType& type = is_read ? problems::unavailable : problems::log_unavailable;
        return {{&type,
                 is_read ? "The read model cannot be asked now." : "Nothing was stored; try again later.",
                 {},
                 outage.retry_after()},
                outage.what()};
    } catch (const std::exception& bug) {
        return {{&problems::internal_error, "The fault was logged under the request's id."}, bug.what()};
    } catch (...) {
        return {{&problems::internal_error, "The fault was logged under the request's id."}, "not a std::exception"};
    }
}

}  // namespace chat
