// The one place where Boost.Asio's bodies are compiled (BOOST_ASIO_SEPARATE_COMPILATION), so that including its headers elsewhere
// costs declarations only. `channel` and `rpc` link it; it has no header of its own.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
