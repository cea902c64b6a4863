// Profile of one column while its cells come in.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/prepare/table_profile.h"
#include "worker/engine/kernels/number_counts.h"
#include "worker/engine/kernels/text_table.h"

namespace mote::engine {

// Climbs the ladder of ValueCounts as it fills; allocates per distinct value, not
// per cell. The profile is the same in whatever order cells come, except for the
// last bits of its moments. Not thread-safe.
class ColumnCounter {
 public:
  ColumnCounter(std::string_view name, bool pinned) : name_(name), pinned_(pinned) {}

  void AddMissing() { ++missing_; }
  // A trimmed cell that is not missing.
  void Add(std::string_view cell);
  // Views point into the counter.
  ColumnProfile Take();

 private:
  struct Text {
    int64_t count = 0;
    double number = 0;  // kNoNumber: it is none
  };

  void AddText(std::string_view cell);
  void AddNumber(double number);
  // Of the latest numbers.
  Moments LatestMoments() const;
  void TextsToNumbers();
  void GiveUp();

  const std::string_view name_;
  const bool pinned_;
  int64_t missing_ = 0;
  int64_t not_numbers_ = 0;
  Moments moments_;                  // of all but the latest numbers, which wait in
  std::array<double, 64> latest_{};  // groups: a division for each would be slow
  size_t latest_count_ = 0;
  double latest_sum_ = 0;
  double latest_min_ = 0;
  double latest_max_ = 0;
  Rung rung_ = Rung::kTexts;
  TextTable keys_;
  std::vector<Text> texts_;  // by number of the key
  NumberCounts numbers_;
};

}  // namespace mote::engine
