// Beast's own code, compiled once: request_parser sees its declarations only (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
