#include "worker/engine/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

constexpr int64_t kLengthBytes = 8;
// The format's own limit.
constexpr int64_t kTensorsHeaderBytesMax = 100'000'000;
constexpr size_t kDimensionsMax = 16;

absl::Status Bad(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("not a safetensors file: ", what));
}

std::optional<int64_t> BytesOfType(const std::string& dtype) {
  static const auto* const sizes = new std::map<std::string, int64_t>{
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
      {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"F64", 8},     {"I64", 8}, {"U64", 8}};
  const auto it = sizes->find(dtype);
  return it == sizes->end() ? std::nullopt : std::optional<int64_t>(it->second);
}

// A list of integers ≥ 0; `what` names it.
absl::StatusOr<std::vector<int64_t>> Sizes(const Json& entry, const char* key, const std::string& what) {
  if (!entry.is_object() || !entry.contains(key) || !entry[key].is_array()) {
    return Bad(absl::StrCat("tensor \"", what, "\" has no list \"", key, "\""));
  }
  std::vector<int64_t> sizes;
  for (const Json& size : entry[key]) {
    if (!size.is_number_integer() || (size.is_number_unsigned() && size > std::numeric_limits<int64_t>::max()) ||
        size < 0) {
      return Bad(absl::StrCat("tensor \"", what, "\": ", key, " has ", size.dump(), ", which is no size"));
    }
    sizes.push_back(size.get<int64_t>());
  }
  return sizes;
}

absl::StatusOr<TensorEntry> ParseEntry(const std::string& name, const Json& json) {
  TensorEntry entry;
  entry.name = name;
  MOTE_ASSIGN_OR_RETURN(entry.shape, Sizes(json, "shape", name));
  MOTE_ASSIGN_OR_RETURN(const std::vector<int64_t> offsets, Sizes(json, "data_offsets", name));
  if (!json.contains("dtype") || !json["dtype"].is_string()) return Bad("tensor \"" + name + "\" has no dtype");
  entry.dtype = json["dtype"].get<std::string>();
  const std::optional<int64_t> element = BytesOfType(entry.dtype);
  if (!element.has_value()) return Bad("tensor \"" + name + "\" is of unknown type " + entry.dtype);
  if (entry.shape.size() > kDimensionsMax) return Bad("tensor \"" + name + "\" has too many dimensions");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    return Bad("tensor \"" + name + "\": data_offsets are not a beginning and an end");
  }
  entry.begin = offsets[0];
  entry.end = offsets[1];
  int64_t bytes = *element;
  for (const int64_t size : entry.shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) return Bad("tensor \"" + name + "\": its shape overflows");
  }
  if (bytes != entry.end - entry.begin) {
    return Bad(absl::StrCat("tensor ", entry.ToString(), " needs ", bytes, " bytes and has ", entry.end - entry.begin));
  }
  return entry;
}

absl::StatusOr<std::map<std::string, std::string>> ParseMetadata(const Json& json) {
  std::map<std::string, std::string> metadata;
  if (!json.is_object()) return Bad("__metadata__ is not a map");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return Bad("__metadata__ \"" + key + "\" is not text");
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

// Without gap or overlap from 0 to `data_bytes`.
absl::Status CheckCover(const std::vector<TensorEntry>& tensors, int64_t data_bytes) {
  int64_t next = 0;
  for (const TensorEntry& tensor : tensors) {
    if (tensor.begin != next) {
      return Bad(absl::StrCat("tensor \"", tensor.name, "\" starts at byte ", tensor.begin, ", expected at ", next));
    }
    next = tensor.end;
  }
  if (next == data_bytes) return absl::OkStatus();
  return Bad(absl::StrCat("its tensors need ", next, " bytes and ", data_bytes, " follow the header",
                          next > data_bytes ? ": the file is truncated" : ""));
}

// As ParseJson, and equal keys of one object are refused: readers would disagree on
// which one counts.
absl::StatusOr<Json> ParseStrict(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  std::string repeated;
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      repeated = value.get<std::string>();
    }
    return true;
  };
  try {
    Json json = Json::parse(text, watch);
    if (!repeated.empty()) return Bad("its header names \"" + repeated + "\" twice");
    return json;
  } catch (const Json::exception& error) {
    return Bad(absl::StrCat("its header is not JSON: ", error.what()));
  }
}

}  // namespace

std::string TensorEntry::ToString() const {
  return absl::StrCat(name, " ", dtype, " [", absl::StrJoin(shape, ", "), "]");
}

absl::StatusOr<int64_t> SafetensorsHeader::Bytes(std::string_view start, int64_t file_bytes) {
  uint64_t length;
  if (file_bytes < kLengthBytes || start.size() < sizeof(length)) {
    return Bad(absl::StrCat(file_bytes, " bytes are too few"));
  }
  std::memcpy(&length, start.data(), sizeof(length));
  if (length > static_cast<uint64_t>(std::min(file_bytes - kLengthBytes, kTensorsHeaderBytesMax))) {
    return Bad(absl::StrCat("a header of ", length, " bytes in a file of ", file_bytes, " bytes"));
  }
  return kLengthBytes + static_cast<int64_t>(length);
}

absl::StatusOr<SafetensorsHeader> SafetensorsHeader::Parse(std::string_view start, int64_t file_bytes) {
  SafetensorsHeader header;
  MOTE_ASSIGN_OR_RETURN(header.data_offset_, Bytes(start, file_bytes));
  if (static_cast<int64_t>(start.size()) < header.data_offset_) return Bad("the header is truncated");
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseStrict(start.substr(kLengthBytes, header.data_offset_ - kLengthBytes)));
  if (!json.is_object()) return Bad("its header is not a map");
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__") {
      MOTE_ASSIGN_OR_RETURN(header.metadata_, ParseMetadata(value));
      continue;
    }
    MOTE_ASSIGN_OR_RETURN(TensorEntry entry, ParseEntry(name, value));
    header.tensors_.push_back(std::move(entry));
  }
  std::stable_sort(header.tensors_.begin(), header.tensors_.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  MOTE_RETURN_IF_ERROR(CheckCover(header.tensors_, file_bytes - header.data_offset_));
  return header;
}

const TensorEntry* SafetensorsHeader::Find(std::string_view name) const {
  for (const TensorEntry& tensor : tensors_) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

std::string WriteSafetensors(const std::map<std::string, std::string>& metadata,
                             const std::vector<TensorF32>& tensors) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  int64_t offset = 0;
  std::vector<int64_t> sizes;
  for (const TensorF32& tensor : tensors) {
    int64_t bytes = sizeof(float);
    for (const int64_t size : tensor.shape) bytes *= size;
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
    sizes.push_back(bytes);
    offset += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors start aligned
  std::string file;
  file.reserve(kLengthBytes + text.size() + static_cast<size_t>(offset));
  ByteWriter writer(&file);
  writer.Put(static_cast<uint64_t>(text.size()));
  writer.PutRaw(text);
  for (size_t i = 0; i < tensors.size(); ++i) {
    writer.PutRaw({reinterpret_cast<const char*>(tensors[i].data), static_cast<size_t>(sizes[i])});
  }
  return file;
}

}  // namespace mote::engine
