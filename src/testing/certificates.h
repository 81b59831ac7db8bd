// Certificates for tests of TLS, made when they are asked for: no key is ever in the source tree, and none is used twice.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace dcportals::testing {

// Two files in PEM form.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

// A CA of its own, with a directory for its own and the issued files, gone with it.
class TestCa {
 public:
  explicit TestCa(const std::string& name = "test CA") : key_(EVP_EC_gen("P-256"), EVP_PKEY_free) {
    std::string pattern = (std::filesystem::temp_directory_path() / "certificates-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    certificate_ = make(name, key_.get(), 0, kDay);
    add(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    sign(certificate_.get());
    write(file(), [&](std::FILE* out) { PEM_write_X509(out, certificate_.get()); });
  }
  ~TestCa() { std::filesystem::remove_all(directory_); }
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;

  [[nodiscard]] const std::string& directory() const { return directory_; }
  // The CA's own certificate.
  [[nodiscard]] std::string file() const { return directory_ + "/ca.pem"; }
  // For "DNS:name" or "IP:address", several with commas; valid from `from` to `until`, in seconds from now.
  CertificateFiles issue(const std::string& names, long from = 0, long until = kDay) {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Certificate certificate = make("server", key.get(), from, until);
    add(certificate.get(), NID_subject_alt_name, names.c_str());
    sign(certificate.get());
    const std::string stem = directory_ + "/" + std::to_string(serial_);
    const CertificateFiles files{stem + "-certificate.pem", stem + "-key.pem"};
    write(files.certificate, [&](std::FILE* out) { PEM_write_X509(out, certificate.get()); });
    write(files.key, [&](std::FILE* out) { PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    return files;
  }

 private:
  using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
  static constexpr long kDay = 86'400;

  Certificate make(const std::string& name, EVP_PKEY* key, long from, long until) {
    Certificate out(X509_new(), X509_free);
    X509_set_version(out.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), from - 60);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), until);
    X509_set_pubkey(out.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(out.get(), X509_get_subject_name(certificate_ ? certificate_.get() : out.get()));
    return out;
  }
  static void add(X509* certificate, int extension, const char* value) {
    X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, nullptr, extension, value);
    X509_add_ext(certificate, made, -1);
    X509_EXTENSION_free(made);
  }
  void sign(X509* certificate) { X509_sign(certificate, key_.get(), EVP_sha256()); }
  template <class Write>
  static void write(const std::string& path, const Write& write_to) {
    std::FILE* const out = std::fopen(path.c_str(), "w");
    write_to(out);
    std::fclose(out);
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  Certificate certificate_{nullptr, X509_free};
  std::string directory_;
  long serial_ = 0;
};

}  // namespace dcportals::testing
