// The safetensors format: u64 length of a JSON header, the header, then the bytes of
// the tensors (https://github.com/huggingface/safetensors).
//
// Only reads and writes bytes: nothing in a file is ever executed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mote::engine {

struct TensorEntry {
  std::string name;
  std::string dtype;  // "F32", as the format spells it
  std::vector<int64_t> shape;
  int64_t begin = 0;  // of its bytes, from the end of the header
  int64_t end = 0;

  // "layers.0.weight F32 [64, 61]": for messages.
  std::string ToString() const;
};

// The header of a file, checked: tensors have a known type and the bytes that their
// shape needs, and cover the bytes after the header without gap or overlap.
//
// Immutable, hence thread-safe.
class SafetensorsHeader {
 public:
  // Bytes of the length and of the header. `start` is the beginning of the file, 8
  // bytes or more; `file_bytes` the size of the whole.
  //
  //   InvalidArgument  shorter than 8 bytes, or a length that the file does not have
  static absl::StatusOr<int64_t> Bytes(std::string_view start, int64_t file_bytes);

  // `start` holds at least the length and the header.
  //
  //   InvalidArgument  not safetensors, truncated, or contradicting itself; says how
  static absl::StatusOr<SafetensorsHeader> Parse(std::string_view start, int64_t file_bytes);

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::vector<TensorEntry>& tensors() const { return tensors_; }  // by place in the file
  // nullptr: no tensor of that name.
  const TensorEntry* Find(std::string_view name) const;
  // Where the tensors' bytes start in the file.
  int64_t data_offset() const { return data_offset_; }

 private:
  std::map<std::string, std::string> metadata_;
  std::vector<TensorEntry> tensors_;
  int64_t data_offset_ = 0;
};

// A tensor to be written; `data` holds the product of `shape` numbers.
struct TensorF32 {
  std::string name;
  std::vector<int64_t> shape;
  const float* data = nullptr;
};

// A file of `tensors`, in that order. Equal arguments give equal bytes.
std::string WriteSafetensors(const std::map<std::string, std::string>& metadata, const std::vector<TensorF32>& tensors);

}  // namespace mote::engine
