// The formats of a job's inputs, by the name that a job file gives them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote {

// As people list them: "csv, jsonl, text or npy".
inline constexpr std::string_view kInputFormatsText = "csv, jsonl, text or npy";

inline const std::vector<std::string>& InputFormats() {
  static const auto* const formats = new std::vector<std::string>{"csv", "jsonl", "text", "npy"};
  return *formats;
}

// Its rows are found by a header alone: numbers of fixed size.
inline bool IsArrayFormat(std::string_view format) { return format == "npy"; }

}  // namespace mote
