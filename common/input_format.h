// The formats of a job's inputs, by the name that a job file gives them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote {

// As people list them.
inline constexpr std::string_view kInputFormatsText = "csv, arff, jsonl, text, npy, idx or safetensors";

inline const std::vector<std::string>& InputFormats() {
  static const auto* const formats =
      new std::vector<std::string>{"csv", "arff", "jsonl", "text", "npy", "idx", "safetensors"};
  return *formats;
}

// Its rows are found by a header alone: numbers of fixed size.
inline bool IsArrayFormat(std::string_view format) {
  return format == "npy" || format == "idx" || format == "safetensors";
}

}  // namespace mote
