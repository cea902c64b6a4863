// Little-endian encoding of small records: partials, manifests, descriptors.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace mote {

static_assert(std::endian::native == std::endian::little, "mote's encodings are little-endian");

// Appends to a string. Not thread-safe.
class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(*out) {}

  template <class T>
  void Put(T value) {
    static_assert(std::is_arithmetic_v<T>);
    out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void PutRaw(std::string_view bytes) { out_.append(bytes); }
  // Length (u32) and bytes.
  void PutString(std::string_view bytes) {
    Put(static_cast<uint32_t>(bytes.size()));
    PutRaw(bytes);
  }

 private:
  std::string& out_;
};

// Reads what ByteWriter wrote. Every read is bounds-checked: the bytes may come
// from a peer that lies. Not thread-safe; views point into the source.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  // OutOfRange: fewer bytes are left than the value needs.
  template <class T>
  absl::StatusOr<T> Get() {
    static_assert(std::is_arithmetic_v<T>);
    if (bytes_.size() < sizeof(T)) return Short(sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  absl::StatusOr<std::string_view> GetRaw(size_t size) {
    if (bytes_.size() < size) return Short(size);
    std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  absl::StatusOr<std::string_view> GetString() {
    absl::StatusOr<uint32_t> size = Get<uint32_t>();
    if (!size.ok()) return size.status();
    return GetRaw(*size);
  }
  // Bytes of rest() that were read there.
  void Skip(size_t size) { bytes_.remove_prefix(size); }
  size_t remaining() const { return bytes_.size(); }
  std::string_view rest() const { return bytes_; }

 private:
  absl::Status Short(size_t needed) const {
    return absl::OutOfRangeError(absl::StrCat("truncated record: ", needed, " bytes wanted, ", bytes_.size(), " left"));
  }

  std::string_view bytes_;
};

}  // namespace mote
