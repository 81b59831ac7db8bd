// TlsIdentity's OpenSSL context, for the files of this module that speak TLS. No other header of the module includes OpenSSL's.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "rpc/tls_identity.h"

namespace dcportals::rpc {

struct TlsIdentity::Context {
  boost::asio::ssl::context ssl{boost::asio::ssl::context::tls_server};
};

}  // namespace dcportals::rpc
