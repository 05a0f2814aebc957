#include "api/routes.hpp"

#include <utility>

#include "api/add_message.hpp"
#include "api/create_session.hpp"
#include "api/delete_session.hpp"
#include "api/get_activity.hpp"
#include "api/get_message.hpp"
#include "api/get_session.hpp"
#include "api/list_messages.hpp"
#include "api/list_sessions.hpp"
#include "api/rename_session.hpp"
#include "api/restore_session.hpp"

namespace chat {
namespace {

constexpr Route table[] = {
    {"createSession", Method::post, "/api/v1/chat-sessions", create_session},
    {"listSessions", Method::get, "/api/v1/chat-sessions", list_sessions},
    {"getSession", Method::get, "/api/v1/chat-sessions/{id}", get_session},
    {"putSession", Method::put, "/api/v1/chat-sessions/{id}", rename_session},
    {"patchSession", Method::patch, "/api/v1/chat-sessions/{id}", rename_session},
    {"deleteSession", Method::delete_, "/api/v1/chat-sessions/{id}", delete_session},
    {"addMessage", Method::post, "/api/v1/chat-sessions/{id}/messages", add_message},
    {"listMessages", Method::get, "/api/v1/chat-sessions/{id}/messages", list_messages},
    {"getMessage", Method::get, "/api/v1/chat-sessions/{id}/messages/{message_id}", get_message},
    {"restoreSession", Method::post, "/api/v1/chat-sessions/{id}/restore", restore_session},
    {"getActivity", Method::get, "/api/v1/activity", get_activity},
    {"getOpenapi", Method::get, "/api/v1/openapi.yaml", openapi},
    {"getHealth", Method::get, "/healthz", health},
    {"getReadiness", Method::get, "/readyz", readiness},
    {"getMetrics", Method::get, "/metrics", metrics},
};

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

std::span<const Route> routes() { return table; }

RouteTable::RouteTable(std::vector<Route> routes) {
    for (Route& route : routes) entries_.push_back({route, split(route.path)});
}

RouteTable::Match RouteTable::find(Method method, std::string_view path) const {
    Match match;
    if (!path.starts_with('/')) return match;
    const Method wanted = method == Method::head ? Method::get : method;
    const Segments segments = split(path);
    for (const Entry& entry : entries_) {
        if (!fits(entry.segments, segments)) continue;
        if (entry.route.method == wanted) {
            match.route = &entry.route;
            for (std::size_t i = 0; i < segments.size(); ++i)
                if (is_parameter(entry.segments[i])) match.parameters.emplace_back(segments[i]);
            return match;
        }
        if (!match.allow.empty()) match.allow += ", ";
        match.allow += to_string(entry.route.method);
        if (entry.route.method == Method::get) match.allow += ", HEAD";
    }
    return match;
}

RouteTable::Segments RouteTable::split(std::string_view path) {
    Segments segments;
    segments.reserve(8);
    path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

bool RouteTable::fits(const Segments& pattern, const Segments& path) {
    if (pattern.size() != path.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (is_parameter(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
    return true;
}

}  // namespace chat
