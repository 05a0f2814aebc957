#pragma once

#include <boost/system/result.hpp>

namespace chat {

/// A value, or the reason why there is none. For what callers and other writers cause; outages are exceptions.
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace chat
