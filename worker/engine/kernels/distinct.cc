// The kernels of `distinct`.
//
// distinct.keys     of a task's rows each different key with its first row, a sorted run
// distinct.match    of one part of all keys, those that several tasks have: all but the
//                   first row of each, a sorted run. {parts}; input "keys"
// distinct.rows     the rows that repeat no earlier one, as they are. Input "repeats": the
//                   runs of distinct.match
// distinct.dropped  the others: row:i64, repeats:i64, their number and that of the first of
//                   their key
//
// All but distinct.match: parameters {by, rows_per_task}, input "input". They cut the rows
// alike, so that what one task's rows repeat of each other need not be told.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/distinct_keys.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/sorted_runs.h"

namespace mote::engine {
namespace {

class DistinctKeysPass final : public RowPassKernel {
 public:
  DistinctKeysPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<KeyedRows> rows)
      : RowPassKernel(std::move(reducer)), rows_(std::move(rows)) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(rows_->Seek(task, context));
    std::vector<KeyRow> firsts;
    for (const KeyRow& key : rows_->keys()) {
      if (firsts.empty() || !firsts.back().SameKey(key)) firsts.push_back(key);
    }
    return WriteRun(std::move(firsts));
  }

 private:
  const std::unique_ptr<KeyedRows> rows_;
};

class DistinctMatchPass final : public RowPassKernel {
 public:
  DistinctMatchPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<SortedRuns<KeyRow>> keys, int64_t parts)
      : RowPassKernel(std::move(reducer)), keys_(std::move(keys)), parts_(parts) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    std::vector<KeyRow> keys;
    MOTE_RETURN_IF_ERROR(keys_->Collect([&](const KeyRow& key) { return PartOf(key) < task; },
                                        [&](const KeyRow& key) { return PartOf(key) == task; }, context, &keys));
    std::sort(keys.begin(), keys.end());
    std::vector<RepeatRow> repeats;
    size_t first = 0;
    for (size_t i = 1; i < keys.size(); ++i) {
      if (keys[i].SameKey(keys[first])) {
        repeats.push_back({keys[i].row, keys[first].row, 0});
      } else {
        first = i;
      }
    }
    std::sort(repeats.begin(), repeats.end(), [](const RepeatRow& a, const RepeatRow& b) { return a.row < b.row; });
    return WriteRun(std::move(repeats));
  }

 private:
  // Equal parts of all hashes, in their order.
  int64_t PartOf(const KeyRow& key) const {
    return static_cast<int64_t>(static_cast<unsigned __int128>(key.high) * static_cast<uint64_t>(parts_) >> 64);
  }

  const std::unique_ptr<SortedRuns<KeyRow>> keys_;
  const int64_t parts_;
};

// What the rows of a task repeat.
class DistinctRowsPass final : public RowPassKernel {
 public:
  DistinctRowsPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<KeyedRows> rows,
                   std::unique_ptr<SortedRuns<RepeatRow>> repeats, bool yields_dropped)
      : RowPassKernel(std::move(reducer)),
        rows_(std::move(rows)),
        repeats_(std::move(repeats)),
        yields_dropped_(yields_dropped) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(rows_->Seek(task, context));
    MOTE_RETURN_IF_ERROR(FindFirsts(context));
    return yields_dropped_ ? Dropped() : Kept();
  }

 private:
  // firsts_[i]: the first row of the whole table with the key of the task's row i.
  absl::Status FindFirsts(TaskContext& context) {
    const TaskRange range = rows_->range();
    std::vector<RepeatRow> found;
    MOTE_RETURN_IF_ERROR(repeats_->Collect([&](const RepeatRow& repeat) { return repeat.row < range.begin; },
                                           [&](const RepeatRow& repeat) { return repeat.row < range.end; }, context,
                                           &found));
    firsts_.resize(static_cast<size_t>(range.end - range.begin));
    for (size_t i = 0; i < firsts_.size(); ++i) firsts_[i] = range.begin + static_cast<int64_t>(i);
    for (const RepeatRow& repeat : found) {
      if (repeat.row < range.begin) return absl::InvalidArgumentError("distinct: repeated rows that are not sorted");
      firsts_[static_cast<size_t>(repeat.row - range.begin)] = repeat.first;
    }
    const std::vector<KeyRow>& keys = rows_->keys();
    for (size_t i = 1; i < keys.size(); ++i) {
      if (!keys[i].SameKey(keys[i - 1])) continue;
      firsts_[static_cast<size_t>(keys[i].row - range.begin)] =
          firsts_[static_cast<size_t>(keys[i - 1].row - range.begin)];
    }
    return absl::OkStatus();
  }

  Table Kept() const {
    Table kept;
    kept.schema = rows_->view().schema();
    for (int64_t place = 0; place < rows_->view().rows(); ++place) {
      if (firsts_[static_cast<size_t>(place)] != rows_->range().begin + place) continue;
      kept.bytes.append(rows_->view().Row(place));
      ++kept.rows;
    }
    return kept;
  }

  Table Dropped() const {
    TableBuilder dropped({{{"row", DType::kI64, 1}, {"repeats", DType::kI64, 1}}});
    for (size_t i = 0; i < firsts_.size(); ++i) {
      const int64_t row = rows_->range().begin + static_cast<int64_t>(i);
      if (firsts_[i] == row) continue;
      dropped.AddI64(row);
      dropped.AddI64(firsts_[i]);
    }
    return dropped.Take();
  }

  const std::unique_ptr<KeyedRows> rows_;
  const std::unique_ptr<SortedRuns<RepeatRow>> repeats_;
  const bool yields_dropped_;
  std::vector<int64_t> firsts_;
};

enum class DistinctStep { kKeys, kMatch, kRows, kDropped };

class DistinctKernel final : public Kernel {
 public:
  explicit DistinctKernel(DistinctStep step) : step_(step) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    if (step_ == DistinctStep::kMatch) return OpenMatch(pass, std::move(reducer), context);
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<KeyedRows> rows, KeyedRows::Open(pass, context));
    if (step_ == DistinctStep::kKeys) return std::make_unique<DistinctKeysPass>(std::move(reducer), std::move(rows));
    MOTE_ASSIGN_OR_RETURN(const Value* const repeats, InputOf(pass, "repeats"));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<SortedRuns<RepeatRow>> runs, SortedRuns<RepeatRow>::Open(*repeats, context));
    return std::make_unique<DistinctRowsPass>(std::move(reducer), std::move(rows), std::move(runs),
                                              step_ == DistinctStep::kDropped);
  }

 private:
  static absl::StatusOr<std::unique_ptr<PassKernel>> OpenMatch(const PassSpec& pass,
                                                               std::unique_ptr<RowReducer> reducer,
                                                               TaskContext& context) {
    MOTE_ASSIGN_OR_RETURN(const int64_t parts, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("parts").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(const Value* const keys, InputOf(pass, "keys"));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<SortedRuns<KeyRow>> runs, SortedRuns<KeyRow>::Open(*keys, context));
    return std::make_unique<DistinctMatchPass>(std::move(reducer), std::move(runs), parts);
  }

  const DistinctStep step_;
};

}  // namespace

std::unique_ptr<Kernel> MakeDistinctDroppedKernel() { return std::make_unique<DistinctKernel>(DistinctStep::kDropped); }
std::unique_ptr<Kernel> MakeDistinctKeysKernel() { return std::make_unique<DistinctKernel>(DistinctStep::kKeys); }
std::unique_ptr<Kernel> MakeDistinctMatchKernel() { return std::make_unique<DistinctKernel>(DistinctStep::kMatch); }
std::unique_ptr<Kernel> MakeDistinctRowsKernel() { return std::make_unique<DistinctKernel>(DistinctStep::kRows); }

}  // namespace mote::engine
