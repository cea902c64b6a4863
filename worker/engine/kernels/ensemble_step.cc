// `ensemble.step`: one step of expectation maximisation for the weights of a mixture
// (Dempster, Laird and Rubin, 1977): from the probabilities that models give each row's own
// class, how much of the row each of them explains.
//
// Parameters {weights: [number, …], label, rows_per_task}. Input "input": the label:i64 and
// members:f32[models · classes]. Rows: explained:f64[models], which add up to 1,
// loss:f64[models], −log of each model's probability, and mixed:f64, that of the mixture's.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

// A model that is sure and wrong costs a row this much, not all.
constexpr double kProbabilityMin = 1e-12;

struct StepParameters {
  std::vector<double> weights;
  std::string label;  // column
  int64_t rows_per_task = 1;
};

class StepPass final : public RowPassKernel {
 public:
  StepPass(std::unique_ptr<RowReducer> reducer, StepParameters parameters, std::unique_ptr<RowSource> rows,
           size_t label, size_t members)
      : RowPassKernel(std::move(reducer)),
        parameters_(std::move(parameters)),
        rows_(std::move(rows)),
        label_(label),
        members_(members) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * parameters_.rows_per_task;
    const int64_t end = std::min(begin + parameters_.rows_per_task, rows_->rows());
    MOTE_ASSIGN_OR_RETURN(const Table table, rows_->Read({begin, end}, context));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(table.schema, table.rows, table.bytes));
    const auto models = static_cast<int64_t>(parameters_.weights.size());
    TableBuilder out({{{"explained", DType::kF64, models}, {"loss", DType::kF64, models}, {"mixed", DType::kF64, 1}}});
    for (int64_t row = 0; row < view.rows(); ++row) MOTE_RETURN_IF_ERROR(AddRow(view, row, begin + row, &out));
    return out.Take();
  }

 private:
  absl::Status AddRow(const TableView& view, int64_t row, int64_t number, TableBuilder* out) {
    const size_t models = parameters_.weights.size();
    const auto classes = static_cast<size_t>(view.schema().columns[members_].width) / models;
    const double label = view.Number(row, label_);
    if (!(label >= 0 && label < static_cast<double>(classes)) || label != std::floor(label)) {
      return absl::InvalidArgumentError(absl::StrCat("row=", number, ": label ", label, " is none of the ", classes,
                                                     " classes that the models know"));
    }
    const std::string_view scores = view.Cell(row, members_);
    probabilities_.resize(models);
    double mixed = 0;
    for (size_t i = 0; i < models; ++i) {
      float score;
      std::memcpy(&score, scores.data() + (i * classes + static_cast<size_t>(label)) * sizeof(score), sizeof(score));
      if (!std::isfinite(score)) {
        return absl::InvalidArgumentError(
            absl::StrCat("row=", number, ": model ", i, " of the ensemble gives the score ", score));
      }
      probabilities_[i] = std::clamp<double>(score, kProbabilityMin, 1);
      mixed += parameters_.weights[i] * probabilities_[i];
    }
    explained_.resize(models);
    losses_.resize(models);
    for (size_t i = 0; i < models; ++i) {
      explained_[i] = parameters_.weights[i] * probabilities_[i] / mixed;
      losses_[i] = -std::log(probabilities_[i]);
    }
    out->AddF64s(explained_.data(), static_cast<int64_t>(models));
    out->AddF64s(losses_.data(), static_cast<int64_t>(models));
    out->AddF64(-std::log(mixed));
    return absl::OkStatus();
  }

  const StepParameters parameters_;
  const std::unique_ptr<RowSource> rows_;
  const size_t label_, members_;                            // columns
  std::vector<double> probabilities_, explained_, losses_;  // of a row
};

class StepKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(StepParameters parameters, ReadParameters<StepParameters>(pass, [](const Json& json) {
                            return StepParameters{json.at("weights").get<std::vector<double>>(),
                                                  json.at("label").get<std::string>(),
                                                  json.at("rows_per_task").get<int64_t>()};
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    const Schema& schema = rows->dataset().schema;
    const std::optional<size_t> label = schema.Find(parameters.label), members = schema.Find("members");
    const auto models = static_cast<int64_t>(parameters.weights.size());
    if (members && schema.columns[*members].width == models) {
      return absl::InvalidArgumentError(
          "models: they give one number a row; an ensemble is of models that tell classes");
    }
    if (!label || !members || models == 0 || schema.columns[*members].width % models != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("ensemble.step: not the scores of ", models, " models: ", schema.ToString()));
    }
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    return std::make_unique<StepPass>(std::move(reducer), std::move(parameters), std::move(rows), *label, *members);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeEnsembleStepKernel() { return std::make_unique<StepKernel>(); }

}  // namespace mote::engine
