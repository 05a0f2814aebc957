#pragma once

// libpqxx, always by this header. Ubuntu 24.04 builds it as C++17, without std::source_location in its exceptions; its
// headers would put one there for us, in a layout that is not the library's, and its functions would not be found.
#include <source_location>
#include <version>

#pragma push_macro("__cpp_lib_source_location")
#undef __cpp_lib_source_location
#include <pqxx/pqxx>
#pragma pop_macro("__cpp_lib_source_location")

namespace chat {

/// `close` since libpqxx 7, `disconnect` in 6.
template <class Connection>
void close_connection(Connection& connection) {
    if constexpr (requires { connection.close(); })
        connection.close();
    else
        connection.disconnect();
}

}  // namespace chat
