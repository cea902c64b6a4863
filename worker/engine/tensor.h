// Numbers on their way into and out of a model, without libtorch's types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mote::engine {

// A matrix of one forward batch, row-major.
struct Batch {
  int64_t rows = 0;
  int64_t width = 0;
  std::vector<float> values;  // rows · width
  std::string columns;        // where they come from, for messages: "p0…p63"
};

// One output of a model, row-major. Integers or floating point, as the model says.
struct ModelOutput {
  int64_t width = 0;
  std::vector<float> floats;
  std::vector<int64_t> integers;  // used when `is_integer`
  bool is_integer = false;
};

}  // namespace mote::engine
