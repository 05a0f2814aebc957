#include "infra/config/open_files.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace chat {

std::size_t raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot read the limit of open files");
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    // Some systems state a hard limit that they do not grant.
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
    return limit.rlim_cur;
}

}  // namespace chat
