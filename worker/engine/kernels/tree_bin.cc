// Kernel trees.bin: a task's rows as bins:u8[features], label:f32. Parameters
// {rows_per_task}. Inputs "input" and "edges" (encoded BinEdges).
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/bin_edges.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"
#include "worker/engine/trees/labelled_rows.h"

namespace mote::engine {
namespace {

class BinPass final : public RowPassKernel {
 public:
  BinPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<RowSource> rows, BinEdges edges, int64_t rows_per_task)
      : RowPassKernel(std::move(reducer)),
        rows_(std::move(rows)),
        edges_(std::move(edges)),
        rows_per_task_(rows_per_task) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * rows_per_task_;
    MOTE_ASSIGN_OR_RETURN(const Table table,
                          rows_->Read({begin, std::min(begin + rows_per_task_, rows_->rows())}, context));
    MOTE_ASSIGN_OR_RETURN(const LabelledRows rows, LabelledRows::Open(table, begin));
    const size_t width = edges_.features.size();
    if (static_cast<size_t>(rows.width()) != width) {
      return absl::InvalidArgumentError(absl::StrCat("x has ", rows.width(), " features, the bins are of ", width));
    }
    Table binned{{{{"bins", DType::kU8, rows.width()}, {"label", DType::kF32, 1}}}, rows.rows(), {}};
    binned.bytes.resize(static_cast<size_t>(rows.rows()) * (width + sizeof(float)));
    std::vector<float> x(width);
    char* to = binned.bytes.data();
    for (int64_t row = 0; row < rows.rows(); ++row) {
      MOTE_RETURN_IF_ERROR(rows.Features(row, x.data()));
      for (size_t i = 0; i < width; ++i) *to++ = static_cast<char>(BinEdges::Bin(edges_.features[i], x[i]));
      const auto label = static_cast<float>(rows.label(row));
      std::memcpy(to, &label, sizeof(label));
      to += sizeof(label);
    }
    return binned;
  }

 private:
  const std::unique_ptr<RowSource> rows_;
  const BinEdges edges_;
  const int64_t rows_per_task_;
};

class BinKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const int64_t rows_per_task, ReadParameters<int64_t>(pass, [](const Json& json) {
                            return json.at("rows_per_task").get<int64_t>();
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, ReadInput(pass, "edges", context));
    MOTE_ASSIGN_OR_RETURN(BinEdges edges, BinEdges::Decode(bytes));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    return std::make_unique<BinPass>(std::move(reducer), std::move(rows), std::move(edges), rows_per_task);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTreeBinKernel() { return std::make_unique<BinKernel>(); }

}  // namespace mote::engine
