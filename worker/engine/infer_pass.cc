#include "worker/engine/infer_pass.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/feature_columns.h"
#include "worker/engine/fixed_numbers.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/shuffled_numbers.h"

namespace mote::engine {
namespace {

using Clock = std::chrono::steady_clock;

struct InferParameters {
  std::string format;
  std::string file;
  std::vector<std::vector<std::string>> inputs;
  std::vector<std::string> features;
  std::vector<std::string> outputs;
  std::vector<std::string> keep;
  bool skip_bad_rows = false;
  int64_t rows_per_task = 1;
  std::optional<double> threshold;
  Json shuffle, fix;  // null: none
  std::optional<Attribution> attribution;
};

InferParameters ReadInfer(const Json& json) {
  InferParameters parameters;
  json.at("format").get_to(parameters.format);
  json.at("file").get_to(parameters.file);
  json.at("inputs").get_to(parameters.inputs);
  json.at("features").get_to(parameters.features);
  json.at("outputs").get_to(parameters.outputs);
  json.at("keep").get_to(parameters.keep);
  json.at("rows_per_task").get_to(parameters.rows_per_task);
  if (const Json threshold = json.value("threshold", Json()); !threshold.is_null()) {
    parameters.threshold = threshold.get<double>();
  }
  parameters.shuffle = json.value("shuffle", Json());
  parameters.fix = json.value("fix", Json());
  if (json.contains("attribute")) {
    parameters.attribution = {json["attribute"].at("target").get<int64_t>(),
                              json["attribute"].at("steps").get<int64_t>()};
  }
  parameters.skip_bad_rows = json.at("on_bad_row").get<std::string>() != "fail";
  return parameters;
}

// What a task's rows became: the batches, and which rows of the table they are.
struct Features {
  std::vector<Batch> batches;
  std::vector<int64_t> rows;
};

bool HasPrediction(const std::vector<ModelOutput>& outputs) { return !outputs[0].is_integer && outputs[0].width >= 2; }

template <class T>
void PutAll(ByteWriter& writer, const std::vector<T>& values, int64_t row, int64_t width) {
  const auto* first = reinterpret_cast<const char*>(values.data() + row * width);
  writer.PutRaw({first, static_cast<size_t>(width) * sizeof(T)});
}

class InferPass final : public RowPassKernel {
 public:
  InferPass(std::unique_ptr<RowReducer> reducer, InferParameters parameters, std::vector<FeatureColumns> inputs,
            std::optional<ShuffledNumbers> shuffled, std::optional<FixedNumbers> fixed, std::shared_ptr<RowSource> rows,
            std::unique_ptr<Model> model)
      : RowPassKernel(std::move(reducer)),
        parameters_(std::move(parameters)),
        inputs_(std::move(inputs)),
        shuffled_(std::move(shuffled)),
        fixed_(std::move(fixed)),
        rows_(std::move(rows)),
        model_(std::move(model)) {
    const Schema& schema = rows_->dataset().schema;
    for (const std::string& name : parameters_.keep) kept_.push_back(*schema.Find(name));
    lends_ = !shuffled_ && !fixed_ && schema.columns.size() == 1 && schema.columns[0].dtype == DType::kF32 &&
             inputs_.size() == 1 && inputs_[0].columns.size() == 1;
  }

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    const int64_t begin = task * parameters_.rows_per_task;
    const int64_t end = std::min(begin + parameters_.rows_per_task, rows_->rows());
    // First, for reading other rows ends the view of these.
    if (shuffled_) MOTE_RETURN_IF_ERROR(shuffled_->Fetch({begin, end}, inputs_[0], *rows_, context));
    MOTE_ASSIGN_OR_RETURN(const TableView view, ReadRows({begin, end}, context));
    const Clock::time_point start = Clock::now();
    absl::StatusOr<Features> features = TakeFeatures(view, begin);
    context.AddPhase(Phase::kDecode,
                     std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
    MOTE_RETURN_IF_ERROR(features.status());
    if (features->rows.empty()) return Table{};
    if (shuffled_) shuffled_->PutInto(&features->batches[0]);
    if (fixed_) fixed_->PutInto(&features->batches[0]);
    MOTE_ASSIGN_OR_RETURN(const std::vector<ModelOutput> outputs, model_->Run(features->batches, context));
    if (outputs.size() != parameters_.outputs.size()) {
      return absl::InvalidArgumentError(absl::StrCat("model \"", parameters_.file, "\" yields ", outputs.size(),
                                                     " tensors and `outputs` names ", parameters_.outputs.size(),
                                                     "; name each of them"));
    }
    if (parameters_.threshold && (outputs[0].is_integer || outputs[0].width != 2)) {
      return absl::InvalidArgumentError(absl::StrCat("costs: are those of two classes, and model \"", parameters_.file,
                                                     "\" yields ", outputs[0].width, " numbers a row; leave them out"));
    }
    return Assemble(view, features->rows, outputs);
  }

 private:
  // Valid until the next call. With skip, rows that do not fit the table are left out.
  absl::StatusOr<TableView> ReadRows(TaskRange range, TaskContext& context) {
    const Schema& schema = rows_->dataset().schema;
    const absl::StatusOr<std::string_view> all = rows_->View(range, context, &copy_);
    if (all.ok()) return TableView::Open(schema, range.end - range.begin, *all);
    if (!parameters_.skip_bad_rows || all.status().code() != absl::StatusCode::kInvalidArgument) return all.status();
    MOTE_ASSIGN_OR_RETURN(Table fitting, rows_->ReadFitting(range, context));
    copy_ = std::move(fitting.bytes);
    return TableView::Open(schema, fitting.rows, copy_);
  }

  // The rows themselves are the batch: one column of the model's numbers and nothing else.
  // nullopt: they are not, or do not lie as numbers must.
  std::optional<Features> LendFeatures(const TableView& view) const {
    if (!lends_ || view.rows() == 0) return std::nullopt;
    const char* bytes = view.Row(0).data();
    if (reinterpret_cast<uintptr_t>(bytes) % alignof(float) != 0) return std::nullopt;
    Features features;
    features.batches.push_back({.rows = view.rows(),
                                .width = inputs_[0].width,
                                .values = {},
                                .columns = inputs_[0].names,
                                .lent = reinterpret_cast<const float*>(bytes)});
    features.rows.resize(static_cast<size_t>(view.rows()));
    std::iota(features.rows.begin(), features.rows.end(), 0);
    return features;
  }

  absl::StatusOr<Features> TakeFeatures(const TableView& view, int64_t first_row) const {
    if (std::optional<Features> lent = LendFeatures(view)) return *std::move(lent);
    Features features;
    for (const FeatureColumns& input : inputs_) {
      Batch batch{.rows = 0, .width = input.width, .values = {}, .columns = input.names, .lent = nullptr};
      batch.values.reserve(static_cast<size_t>(view.rows() * input.width));
      features.batches.push_back(std::move(batch));
    }
    for (int64_t row = 0; row < view.rows(); ++row) {
      const absl::Status status = Append(view, row, &features);
      if (status.ok()) {
        features.rows.push_back(row);
      } else if (!parameters_.skip_bad_rows) {
        const std::string& name = rows_->dataset().name;
        return absl::InvalidArgumentError(absl::StrCat("row=", first_row + row, name.empty() ? "" : " in \"", name,
                                                       name.empty() ? "" : "\"", ": ", status.message(),
                                                       "; fix the row or set on_bad_row: skip"));
      }
    }
    return features;
  }

  // Appends to every batch, or, where the row is bad, to none.
  absl::Status Append(const TableView& view, int64_t row, Features* features) const {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const absl::Status status = AppendRow(view, row, inputs_[i], &features->batches[i]);
      if (status.ok()) continue;
      for (Batch& batch : features->batches) {
        batch.rows = static_cast<int64_t>(features->rows.size());
        batch.values.resize(static_cast<size_t>(batch.rows * batch.width));
      }
      return status;
    }
    return absl::OkStatus();
  }

  Schema OutputSchema(const std::vector<ModelOutput>& outputs) const {
    Schema schema;
    for (const size_t column : kept_) schema.columns.push_back(rows_->dataset().schema.columns[column]);
    if (HasPrediction(outputs)) schema.columns.push_back({"prediction", DType::kI64, 1});
    for (size_t i = 0; i < outputs.size(); ++i) {
      const DType dtype = outputs[i].is_integer ? DType::kI64 : DType::kF32;
      schema.columns.push_back({parameters_.outputs[i], dtype, outputs[i].width});
    }
    return schema;
  }

  Table Assemble(const TableView& view, const std::vector<int64_t>& rows,
                 const std::vector<ModelOutput>& outputs) const {
    Table table{OutputSchema(outputs), static_cast<int64_t>(rows.size()), {}};
    ByteWriter writer(&table.bytes);
    const bool predicts = HasPrediction(outputs);
    int64_t numbers = predicts ? 1 : 0;
    for (const ModelOutput& output : outputs) numbers += output.width;
    table.bytes.reserve(rows.size() * static_cast<size_t>(numbers) * sizeof(int64_t));
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto row = static_cast<int64_t>(r);
      for (const size_t column : kept_) {
        const std::string_view cell = view.Cell(rows[r], column);
        const bool text = view.schema().columns[column].dtype == DType::kText;
        text ? writer.PutString(cell) : writer.PutRaw(cell);
      }
      if (predicts) {
        writer.Put(Prediction(outputs[0].floats.data() + row * outputs[0].width, outputs[0].width));
      }
      for (const ModelOutput& output : outputs) {
        output.is_integer ? PutAll(writer, output.integers, row, output.width)
                          : PutAll(writer, output.floats, row, output.width);
      }
    }
    return table;
  }

  int64_t Prediction(const float* scores, int64_t width) const {
    if (parameters_.threshold) return static_cast<double>(scores[1]) >= *parameters_.threshold ? 1 : 0;
    return std::max_element(scores, scores + width) - scores;
  }

  const InferParameters parameters_;
  const std::vector<FeatureColumns> inputs_;
  std::optional<ShuffledNumbers> shuffled_;
  const std::optional<FixedNumbers> fixed_;
  const std::shared_ptr<RowSource> rows_;
  const std::unique_ptr<Model> model_;
  std::vector<size_t> kept_;
  bool lends_ = false;  // whether rows can be batches as they are
  std::string copy_;    // of the task's rows, where they do not lie in one piece
};

}  // namespace

absl::Status CheckFeatures(const ModelRequest& request, int64_t width, const std::vector<std::string>& features) {
  const std::string model = absl::StrCat("model \"", request.file, "\"");
  if (const std::string difference = FeatureDifference(features, request.features); !difference.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(model, " does not fit the input: ", difference,
                                                   "; give it rows that were prepared like those it was trained on"));
  }
  if (request.widths.size() == 1 && request.widths[0] == width) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      model, " takes one batch of ", width, " features and `inputs` gives ",
      request.widths.size() == 1 ? absl::StrCat(request.widths[0]) : absl::StrCat(request.widths.size(), " batches"),
      "; use the columns that it was trained on"));
}

absl::StatusOr<std::unique_ptr<PassKernel>> OpenInferPass(const PassSpec& pass, std::shared_ptr<RowSource> rows,
                                                          const ModelOpener& open_model) {
  MOTE_ASSIGN_OR_RETURN(InferParameters parameters, ReadParameters<InferParameters>(pass, ReadInfer));
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
  std::vector<FeatureColumns> inputs;
  ModelRequest request{.format = parameters.format,
                       .file = parameters.file,
                       .widths = {},
                       .features = parameters.features,
                       .outputs = parameters.outputs.size(),
                       .attribution = parameters.attribution};
  for (const std::vector<std::string>& names : parameters.inputs) {
    MOTE_ASSIGN_OR_RETURN(FeatureColumns columns, FeatureColumns::Find(rows->dataset().schema, names));
    request.widths.push_back(columns.width);
    inputs.push_back(std::move(columns));
  }
  for (const std::string& name : parameters.keep) {
    if (rows->dataset().schema.Find(name).has_value()) continue;
    return absl::InvalidArgumentError(absl::StrCat("keep: there is no column \"", name, "\""));
  }
  std::optional<ShuffledNumbers> shuffled;
  if (!parameters.shuffle.is_null()) {
    MOTE_ASSIGN_OR_RETURN(shuffled, ShuffledNumbers::Open(parameters.shuffle, request.widths[0], rows->rows()));
  }
  std::optional<FixedNumbers> fixed;
  if (!parameters.fix.is_null()) {
    MOTE_ASSIGN_OR_RETURN(fixed, FixedNumbers::Open(parameters.fix, request.widths[0]));
  }
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Model> model, open_model(request));
  return std::make_unique<InferPass>(std::move(reducer), std::move(parameters), std::move(inputs), std::move(shuffled),
                                     std::move(fixed), std::move(rows), std::move(model));
}

}  // namespace mote::engine
