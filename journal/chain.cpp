#include "journal/chain.h"

#include <openssl/evp.h>

#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

#include "journal/bytes.h"

namespace tidemark::journal {

namespace {

/// Fetched once and set up once a thread: fetching by name at each use costs more than the hash (OpenSSL 3).
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (!context_) throw std::bad_alloc();
    if (!md || EVP_DigestInit_ex(context_.get(), md, nullptr) != 1)
      throw std::runtime_error("OpenSSL offers no SHA-256 here (a provider is missing)");
  }
  Digest operator()(std::string_view bytes) {
    Digest digest;
    if (EVP_DigestInit_ex(context_.get(), nullptr, nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1)
      throw std::runtime_error("OpenSSL refused a SHA-256");
    return digest;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

void put(std::string& out, const Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace

Digest sha256(std::string_view bytes) {
  thread_local Sha256 hash;
  return hash(bytes);
}

Digest genesis(const Uuid& journal) {
  std::string text = "tidemark journal 1\n";
  text.append(reinterpret_cast<const char*>(journal.bytes.data()), journal.bytes.size());
  return sha256(text);
}

Digest chain_value(const Digest& previous, const Record& record, const Digest& payload_sha256) {
  thread_local std::string bytes;
  bytes.clear();
  put(bytes, previous);
  ByteWriter header(bytes);
  header.number(record.seq);
  header.number(record.run);
  header.number(record.kind);
  header.number(record.version);
  header.signed_number(record.at.value);
  header.number(record.unit.value);
  const auto uuid = parse_uuid(record.subject);
  header.byte(record.subject.empty() ? 0 : uuid ? 1 : 2);
  if (uuid)
    header.raw(uuid->bytes.data(), uuid->bytes.size());
  else if (!record.subject.empty())
    header.text(record.subject);
  put(bytes, payload_sha256);
  return sha256(bytes);
}

}  // namespace tidemark::journal
