// Who the API's server is to its clients: a certificate with its chain and the private key, read from PEM files and ready for
// use.
//
// Made by the daemon's configuration (so that --check-config finds what is wrong with the files), used by http_server for every
// new connection. Knows TLS 1.2 and 1.3 only, and ciphers that keep old records secret when the key becomes known later (RFC
// 9325). Read once: new files count from the next start. Any thread makes one; the server's thread uses it.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>

namespace dcportals::rpc {

// What is wrong with which of the two files, as the end of a sentence: "/etc/x.pem: No such file or directory".
struct TlsFileError {
  enum class File { kCertificate, kKey };
  File file;
  std::string text;
};

class TlsIdentity {
 public:
  struct Context;  // OpenSSL's, in tls_context.h

  // `certificate_file`: the server's certificate first, then those between it and the root, if any. The key has no passphrase.
  [[nodiscard]] static std::expected<std::shared_ptr<TlsIdentity>, TlsFileError> load(const std::string& certificate_file,
                                                                                      const std::string& key_file);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // When the server's own certificate ceases to be valid.
  [[nodiscard]] std::chrono::sys_seconds expiry() const { return expiry_; }
  [[nodiscard]] Context& context() const { return *context_; }

 private:
  explicit TlsIdentity(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context_;
  std::chrono::sys_seconds expiry_;
};

}  // namespace dcportals::rpc
