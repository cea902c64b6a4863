// The rows of one class shared out among the splits: `split: {stratify: column}`.
//
// A row is known by its place among the rows of its class, in the order of the table.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/permutation.h"
#include "common/prepare/options.h"

namespace mote {

// Different values that a column to stratify by may have.
inline constexpr size_t kStrataMax = 1000;

// Where each split ends when `rows` rows are shared out by the largest remainder
// (Hamilton's method): each split gets its quota rounded down, and the rows that are left
// go one each to the largest remainders, of equal ones to the earlier split. What the
// fractions leave of 1 is a share too, the last.
std::vector<int64_t> ShareEnds(const std::vector<SplitFraction>& splits, int64_t rows);

// Immutable, hence thread-safe.
class ClassSplit {
 public:
  // `rows` of the table have `text`. The draw depends on these two and the seed.
  ClassSplit(const PrepareOptions& options, std::string_view text, int64_t rows);

  int64_t rows() const { return permutation_.size(); }
  // Of the row with so many rows of its class before it, below rows(). Index into
  // PrepareOptions::TableNames(); −1: in no split.
  int Of(int64_t place) const { return SplitAt(ends_, permutation_.At(place)); }

 private:
  const std::vector<int64_t> ends_;
  const Permutation permutation_;
};

}  // namespace mote
