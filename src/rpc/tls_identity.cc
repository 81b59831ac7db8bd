#include "rpc/tls_identity.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <system_error>
#include <utility>

#include "rpc/tls_context.h"

namespace dcportals::rpc {
namespace {

using File = TlsFileError::File;

// Far more than a chain of certificates has; the rest of a longer file is not read.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unexpected<TlsFileError> wrong(File file, const std::string& path, std::string_view what) {
  return std::unexpected(TlsFileError{file, fmt::format("{}: {}", path, what)});
}

// OpenSSL's last word, and an empty queue of errors for whoever is next.
std::string last_openssl_error() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "OpenSSL does not say why" : reason;
}

std::expected<std::string, TlsFileError> read_file(File which, const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) return wrong(which, path, std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Called when the key has a passphrase. A daemon has nobody to ask.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::expected<std::unique_ptr<EVP_PKEY, FreeKey>, TlsFileError> read_key(const std::string& path) {
  const auto text = read_file(File::kKey, path);
  if (!text) return std::unexpected(text.error());
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  bool has_passphrase = false;
  std::unique_ptr<EVP_PKEY, FreeKey> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &has_passphrase));
  const std::string reason = last_openssl_error();
  if (has_passphrase) return wrong(File::kKey, path, "the key has a passphrase; dcportald cannot ask for it");
  if (key == nullptr) return wrong(File::kKey, path, fmt::format("holds no private key in PEM form ({})", reason));
  return key;
}

void set_protocol(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");  // TLS 1.2's; those of 1.3 are all of this kind
  // Renegotiation is work that a client could ask for without end.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  // Each connection has keys of its own: none is kept for resumption, by us or in a ticket.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
}

std::chrono::sys_seconds expiry_of(SSL_CTX* context) {
  std::tm time{};
  ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &time);
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&time)));
}

}  // namespace

TlsIdentity::TlsIdentity(std::unique_ptr<Context> context)
    : context_(std::move(context)), expiry_(expiry_of(context_->ssl.native_handle())) {}

TlsIdentity::~TlsIdentity() = default;

std::expected<std::shared_ptr<TlsIdentity>, TlsFileError> TlsIdentity::load(const std::string& certificate_file,
                                                                            const std::string& key_file) {
  auto context = std::make_unique<Context>();
  SSL_CTX* const native = context->ssl.native_handle();
  set_protocol(native);
  const auto chain = read_file(File::kCertificate, certificate_file);
  if (!chain) return std::unexpected(chain.error());
  boost::system::error_code error;
  context->ssl.use_certificate_chain(boost::asio::buffer(*chain), error);
  ERR_clear_error();
  if (error) {
    return wrong(File::kCertificate, certificate_file,
                 fmt::format("holds no usable certificate in PEM form ({})", error.message()));
  }
  const auto key = read_key(key_file);
  if (!key) return std::unexpected(key.error());
  if (X509_check_private_key(SSL_CTX_get0_certificate(native), key->get()) != 1) {
    ERR_clear_error();
    return wrong(File::kKey, key_file, fmt::format("is not the key of the certificate in {}", certificate_file));
  }
  if (SSL_CTX_use_PrivateKey(native, key->get()) != 1) {
    return wrong(File::kKey, key_file, fmt::format("holds a key that cannot be used ({})", last_openssl_error()));
  }
  return std::shared_ptr<TlsIdentity>(new TlsIdentity(std::move(context)));
}

}  // namespace dcportals::rpc
