#pragma once
/// Certificates for a test: an authority of its own and what it signs, made anew each time.

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace tidemark::tests {

class Certificates {
 public:
  explicit Certificates(std::filesystem::path folder) : folder_(std::move(folder)), key_(EVP_EC_gen("P-256"), EVP_PKEY_free) {
    authority_ = signed_by(nullptr, "Tidemark's test authority", "", 0, 3600);
    write("ca.pem", *authority_);
  }
  std::string authority() const { return folder_ / "ca.pem"; }
  std::string key(const std::string& name) const { return folder_ / (name + ".key"); }
  std::string certificate(const std::string& name) const { return folder_ / (name + ".pem"); }

  /// NAME.pem and NAME.key.
  /// @param holds_for  subjectAltName: "IP:127.0.0.1", "DNS:example.org"
  /// @param from, to   seconds from now
  void issue(const std::string& name, const std::string& holds_for, long from, long to) {
    write(name + ".pem", *signed_by(authority_.get(), name, holds_for, from, to));
    const File file(fopen(key(name).c_str(), "w"), fclose);
    check(PEM_write_PrivateKey(file.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr));
  }

 private:
  template <class T>
  using Owned = std::unique_ptr<T, void (*)(T*)>;
  using File = std::unique_ptr<FILE, int (*)(FILE*)>;
  static void check(int result) {
    if (result <= 0) throw std::runtime_error("OpenSSL refuses to make a certificate");
  }
  void extend(X509& certificate, X509* issuer, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer : &certificate, &certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()), X509_EXTENSION_free);
    check(X509_add_ext(&certificate, extension.get(), -1));
  }
  Owned<X509> signed_by(X509* issuer, const std::string& name, const std::string& holds_for, long from, long to) {
    Owned<X509> made(X509_new(), X509_free);
    check(X509_set_version(made.get(), 2));
    check(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial_));
    X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), to);
    auto* subject = X509_get_subject_name(made.get());
    check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0));
    check(X509_set_issuer_name(made.get(), issuer ? X509_get_subject_name(issuer) : subject));
    check(X509_set_pubkey(made.get(), key_.get()));
    extend(*made, issuer, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (!holds_for.empty()) extend(*made, issuer, NID_subject_alt_name, holds_for);
    check(X509_sign(made.get(), key_.get(), EVP_sha256()));
    return made;
  }
  void write(const std::string& name, X509& certificate) {
    const File file(fopen((folder_ / name).c_str(), "w"), fclose);
    check(PEM_write_X509(file.get(), &certificate));
  }

  std::filesystem::path folder_;
  Owned<EVP_PKEY> key_;
  Owned<X509> authority_{nullptr, X509_free};
  long serial_ = 0;
};

}  // namespace tidemark::tests
