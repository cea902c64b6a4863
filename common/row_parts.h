// How rows are dealt into a fixed number of parts: consecutive ranges of positions whose
// sizes differ by one at most, the larger ones first.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/block.h"

namespace mote {

struct RowParts {
  int64_t rows = 0;   // at least as many as parts, else some are empty
  int64_t parts = 1;  // ≥ 1

  // Positions of part `part`, 0 ≤ part < parts.
  TaskRange Of(int64_t part) const {
    const int64_t least = rows / parts, larger = rows % parts;
    const int64_t begin = part * least + std::min(part, larger);
    return {begin, begin + least + (part < larger ? 1 : 0)};
  }
  // Of the first part, which none exceeds.
  int64_t most() const { return (rows + parts - 1) / parts; }
  // Parts of more than `size` rows; they come first. 0 ≤ size.
  int64_t LargerThan(int64_t size) const {
    if (rows / parts > size) return parts;
    return most() > size ? rows % parts : 0;
  }
};

}  // namespace mote
