// The one place where Boost.Beast's bodies are compiled (BOOST_BEAST_SEPARATE_COMPILATION). See asio.cc.
#include <boost/beast/src.hpp>
