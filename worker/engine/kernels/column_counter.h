// Profile of one column while its cells come in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/prepare/table_profile.h"

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
  ColumnProfile Take() const;

 private:
  struct Text {
    int64_t count = 0;
    bool is_number = false;
    double number = 0;
  };

  const Text& CountText(std::string_view cell);
  void CountNumber(int64_t key, int64_t count);
  void TextsToNumbers();
  void Coarsen();
  void GiveUp();

  const std::string_view name_;
  const bool pinned_;
  int64_t missing_ = 0;
  int64_t not_numbers_ = 0;
  Moments moments_;
  Rung rung_ = Rung::kTexts;
  int shift_ = 0;
  std::vector<std::unique_ptr<std::string>> stored_;  // what the keys of texts_ point into
  absl::flat_hash_map<absl::string_view, Text> texts_;
  absl::flat_hash_map<int64_t, int64_t> numbers_;
};

}  // namespace mote::engine
