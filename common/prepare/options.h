// What a stage asked the operation `prepare` to do: its parameters, parsed once and
// shared by planner and kernels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/permutation.h"
#include "common/prepare/cleaning.h"
#include "common/schema.h"

namespace mote {

enum class OneHot { kAuto, kOff, kNamed };

struct SplitFraction {
  std::string name;
  double fraction = 1;
};

struct PrepareOptions {
  std::string label;
  std::optional<std::string> positive;
  Cleaning cleaning;
  QualityLimits limits;
  OneHot one_hot = OneHot::kAuto;
  std::vector<std::string> one_hot_columns;  // kNamed only
  std::vector<std::string> drop_columns;
  std::vector<std::string> missing;
  bool skip_bad_rows = false;
  std::vector<SplitFraction> splits;  // train, dev, test, then by name; empty: no split
  std::string group;                  // column whose equal values stay together in one split; empty: none
  bool in_order = false;              // splits take rows as they lie, not by a draw
  std::string stratify;               // column whose every value has these shares (class_split.h); empty: none
  std::string order_column;           // column by whose values the splits take rows (order_key.h); empty: none
  uint64_t seed = 1;
  bool applies = false;  // what was fitted earlier to a table that may lack the label

  // From parameters that CheckParameters has passed.
  // InvalidArgument: a value is not allowed; names the parameter and what is.
  static absl::StatusOr<PrepareOptions> Parse(const Json& parameters);

  // Names of the tables that come out: the splits, or "all".
  std::vector<std::string> TableNames() const;
  bool Drops(std::string_view column) const;
  bool OneHotNames(std::string_view column) const;
  // One-hot, ordinal or by hash, whatever its values look like.
  bool Encodes(std::string_view column) const;
  bool IsMissing(std::string_view cell) const;
  // The column that must be read as a whole before rows can be shared out; empty: none.
  const std::string& split_column() const { return stratify.empty() ? order_column : stratify; }

  // InvalidArgument: a column that a parameter names is not in the header, or the
  // label is to be dropped; says which column may have been meant. `file` may be empty.
  absl::Status CheckColumns(const Schema& schema, std::string_view file) const;
};

// Column of the tables that tells which rows had one value in split.group.
inline constexpr char kGroupColumn[] = "group";

// Where each split ends when `rows` rows are taken in the order of `splits`: rounded as
// SplitPlan says.
std::vector<int64_t> SplitEnds(const std::vector<SplitFraction>& splits, int64_t rows);

// The split that holds `position`; −1: none. `ends` is ascending.
int SplitAt(const std::vector<int64_t>& ends, int64_t position);

// Which table a row goes to, a function of its index alone.
//
// Row r has position p = Permutation(rows, seed)(r), or r itself (in_order: of a table that
// is sorted by time the latest rows are the ones to judge by); the splits take [0, f₁·rows),
// [f₁·rows, (f₁+f₂)·rows), … in the order of PrepareOptions::splits. Bounds are
// rounded down, except that a bound within 1e-9 of an integer is that integer
// (0.7 + 0.1 + 0.2 is everything). Thread-safe.
class SplitPlan {
 public:
  SplitPlan(const PrepareOptions& options, int64_t rows);

  // Index into TableNames(); −1: in no split. The training split is 0.
  int Of(int64_t row) const;
  // The same of the rows begin, begin + 1, …: many at once take less time than one by one.
  void Of(int64_t begin, int64_t end, int* tables) const;
  // The same by the row's value in the column split.group: equal values go to the same
  // split, which a hash of seed and value draws, so that fractions hold on average.
  int OfGroup(std::string_view value) const;

 private:
  std::vector<int64_t> ends_;   // empty: everything is in table 0
  std::vector<double> shares_;  // the same as sums of fractions
  uint64_t seed_ = 1;
  bool in_order_ = false;
  Permutation permutation_;
};

}  // namespace mote
