#include "rpc/tls_trust.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <system_error>

namespace dcportals::rpc {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

// What is wrong with the CA file, if anything.
std::optional<std::string> trust(asio::ssl::context& context, const std::string& ca_file) {
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  Error error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
    return error ? std::optional(fmt::format("cannot read the system's CA certificates: {}", error.message())) : std::nullopt;
  }
  // OpenSSL does not tell a missing file from one without certificates.
  if (::access(ca_file.c_str(), R_OK) != 0) {
    return fmt::format("cannot read the CA file {}: {}", ca_file, std::generic_category().message(errno));
  }
  context.load_verify_file(ca_file, error);
  return error ? std::optional(fmt::format("the CA file {} holds no certificate in PEM form", ca_file)) : std::nullopt;
}

// False where OpenSSL does not take the host: no check must be skipped because of that.
bool expect(SSL* ssl, const std::string& host) {
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  Error not_one;
  const auto address = asio::ip::make_address(host, not_one);
  if (not_one) return SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 && SSL_set1_host(ssl, host.c_str()) == 1;
  X509_VERIFY_PARAM* const param = SSL_get0_param(ssl);
  if (address.is_v4()) return X509_VERIFY_PARAM_set1_ip(param, address.to_v4().to_bytes().data(), 4) == 1;
  return X509_VERIFY_PARAM_set1_ip(param, address.to_v6().to_bytes().data(), 16) == 1;
}

std::string describe_distrust(long reason, const std::string& host, const std::string& ca_file) {
  switch (reason) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the server's certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the server's certificate is not valid yet: is the clock right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("the server's certificate is not for {}", host);
    default:
      return fmt::format("the server's certificate is not trusted by {} ({})",
                         ca_file.empty() ? "the system's CA certificates" : "the CA file " + ca_file,
                         X509_verify_cert_error_string(reason));
  }
}

// OpenSSL reads the head of "HTTP/1.1 400 ..." as a record of a version that it has never heard of.
bool is_no_tls(const Error& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_WRONG_VERSION_NUMBER;
}

}  // namespace

asio::awaitable<std::optional<std::string>> shake_hands(HttpStream& stream, std::string host, std::string ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  if (auto wrong = trust(context, ca_file)) co_return wrong;
  SSL* const ssl = stream.start_tls(context);
  if (!expect(ssl, host)) co_return fmt::format("no certificate can be for a host of this name: {}", host);
  const Error error = co_await stream.shake_hands(asio::ssl::stream_base::client);
  if (!error) co_return std::nullopt;
  if (const long reason = SSL_get_verify_result(ssl); reason != X509_V_OK) co_return describe_distrust(reason, host, ca_file);
  if (is_no_tls(error)) co_return "the server does not speak TLS there: is it plain HTTP, and the URL http://?";
  co_return fmt::format("cannot agree on TLS: {}", error.message());
}

}  // namespace dcportals::rpc
