// The client's side of TLS: does the server prove, by a certificate from a trusted CA, that it is the host that was asked for?
//
// For http_exchange.cc only, which includes Asio anyway. One thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "rpc/http_stream.h"

namespace dcportals::rpc {

// Makes a connected stream speak TLS 1.2 or 1.3. `host` is a name or an address, which the certificate must be for (RFC 9525);
// `ca_file` holds the trusted certificates in PEM form, empty: those that the system trusts. Nothing where the server is trusted,
// else what an operator needs to know; the stream is of no use then.
[[nodiscard]] boost::asio::awaitable<std::optional<std::string>> shake_hands(HttpStream& stream, std::string host,
                                                                             std::string ca_file);

}  // namespace dcportals::rpc
