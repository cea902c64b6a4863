// The rules of the house that a compiler does not check: who may include whom,
// what the pure folders may not say, and how long lines and files get.
//
// A file's place decides its rules: paths are relative to the root and use '/'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote::tidy {

struct Finding {
  std::string path;
  int line = 0;         // from 1; 0: the whole file
  std::string rule;     // "layering", "grpc", "torch", "proto", "pure", "length", "using", "size"
  std::string message;  // what is wrong and what to do instead

  std::string ToString() const;
};

// Everything that is wrong with one C++ file. Pure; thread-safe.
std::vector<Finding> Check(const std::string& path, std::string_view text);

}  // namespace mote::tidy
