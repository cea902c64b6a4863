#include "common/digest.h"

#include <openssl/evp.h>

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace mote {

struct Sha256Stream::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr);
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(std::string_view bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

Digest Sha256Stream::Finish() {
  Digest digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->evp, digest.bytes.data(), &size);
  return digest;
}

Digest Sha256(std::string_view bytes) {
  Sha256Stream stream;
  stream.Update(bytes);
  return stream.Finish();
}

std::string Digest::Hex() const { return absl::BytesToHexString(absl::string_view(Raw().data(), Raw().size())); }

absl::StatusOr<Digest> Digest::FromRaw(std::string_view raw) {
  Digest digest;
  if (raw.size() != digest.bytes.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a digest has 32 bytes, not ", raw.size()));
  }
  std::memcpy(digest.bytes.data(), raw.data(), raw.size());
  return digest;
}

absl::StatusOr<Digest> Digest::FromHex(std::string_view hex) {
  const bool valid = hex.size() == 64 && hex.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (!valid) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", std::string(hex), "\" is not a digest (64 hexadecimal digits)"));
  }
  return FromRaw(absl::HexStringToBytes(absl::string_view(hex.data(), hex.size())));
}

}  // namespace mote
