// Kernel trees.sketch: values of each feature in a sample of a task's rows, for the
// reducer value_sketch. SketchParameters {rows_per_task, every: one row of so many, chosen by
// its number alone}. Input "input".
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/philox.h"
#include "common/reducers/value_sketch.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"
#include "worker/engine/trees/labelled_rows.h"

namespace mote::engine {
namespace {

constexpr uint64_t kSampleSeed = 0x534B4554;

struct SketchParameters {
  int64_t rows_per_task = 1;
  uint64_t every = 1;
};

std::vector<CountedValue> Counted(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  std::vector<CountedValue> counted;
  for (const float value : values) {
    if (counted.empty() || counted.back().value < value) counted.push_back({value, 0});
    ++counted.back().count;
  }
  return counted;
}

class SketchPass final : public PassKernel {
 public:
  SketchPass(std::unique_ptr<RowSource> rows, SketchParameters parameters)
      : rows_(std::move(rows)), parameters_(parameters) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    const int64_t begin = task * parameters_.rows_per_task;
    const int64_t end = std::min(begin + parameters_.rows_per_task, rows_->rows());
    MOTE_ASSIGN_OR_RETURN(const Table table, rows_->Read({begin, end}, context));
    MOTE_ASSIGN_OR_RETURN(const LabelledRows rows, LabelledRows::Open(table, begin));
    std::vector<std::vector<float>> columns(static_cast<size_t>(rows.width()));
    std::vector<float> x(columns.size());
    for (int64_t row = 0; row < rows.rows(); ++row) {
      if (!IsSampled(begin + row)) continue;
      MOTE_RETURN_IF_ERROR(rows.Features(row, x.data()));
      for (size_t i = 0; i < columns.size(); ++i) columns[i].push_back(x[i] + 0.0F);  // −0 and 0 are one value
    }
    std::vector<std::vector<CountedValue>> sketch;
    for (std::vector<float>& column : columns) sketch.push_back(Counted(std::move(column)));
    *partial = EncodeSketch(&sketch);
    return absl::OkStatus();
  }

 private:
  bool IsSampled(int64_t row) const {
    return parameters_.every <= 1 || Philox(kSampleSeed, 0).U64(static_cast<uint64_t>(row)) % parameters_.every == 0;
  }

  const std::unique_ptr<RowSource> rows_;
  const SketchParameters parameters_;
};

class SketchKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const SketchParameters parameters,
                          ReadParameters<SketchParameters>(pass, [](const Json& json) {
                            return SketchParameters{json.at("rows_per_task"), json.at("every")};
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    return std::make_unique<SketchPass>(std::move(rows), parameters);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTreeSketchKernel() { return std::make_unique<SketchKernel>(); }

}  // namespace mote::engine
