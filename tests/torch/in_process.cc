#include "tests/torch/in_process.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/csv.h"
#include "common/dataset.h"
#include "common/fold.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/row_source.h"
#include "worker/engine/torch_kernels/kernels.h"

namespace mote::testing {

absl::StatusOr<std::string_view> MemoryContext::Read(const Digest& digest, std::shared_ptr<const void>* keep) {
  ++reads_;
  const auto it = blobs_.find(digest);
  if (it == blobs_.end()) return absl::UnavailableError("no blob " + digest.Hex());
  *keep = it->second;
  return std::string_view(*it->second);
}

Digest MemoryContext::Store(std::string bytes) {
  const Digest digest = Sha256(bytes);
  blobs_.emplace(digest, std::make_shared<const std::string>(std::move(bytes)));
  return digest;
}

InProcess::InProcess(int block_level) : block_level_(block_level) { engine::RegisterTorchKernels(kernels_); }

absl::StatusOr<std::string> InProcess::RunPass(const PassSpec& pass) {
  const auto kernel = kernels_.find(pass.kernel);
  if (kernel == kernels_.end()) return absl::NotFoundError("no kernel " + pass.kernel);
  MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, MakeReducer(pass.reducer, reducer_parameters));
  std::vector<Node> nodes;
  for (int64_t begin = 0; begin < pass.task_count;) {
    const Block block = LargestBlockAt(begin, block_level_, pass.task_count);
    MOTE_ASSIGN_OR_RETURN(const auto opened, kernel->second->Open(pass, engine::EngineOptions{}, context_));
    BlockFold fold(block, pass.task_count);
    for (int64_t task = block.begin(); task < block.end(pass.task_count); ++task) {
      std::string partial;
      MOTE_RETURN_IF_ERROR(opened->RunTask(task, context_, &partial));
      MOTE_RETURN_IF_ERROR(reducer->Validate(partial));
      MOTE_RETURN_IF_ERROR(fold.Push(std::move(partial), *reducer, context_));
    }
    MOTE_ASSIGN_OR_RETURN(std::vector<Node> taken, fold.Take(*reducer, context_));
    for (Node& node : taken) nodes.push_back(std::move(node));
    begin = block.end(pass.task_count);
  }
  Fold fold(pass.task_count);
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    MOTE_RETURN_IF_ERROR(fold.Insert(std::move(*node), *reducer, context_));
  }
  if (!fold.complete() || !fold.root().has_value()) return absl::InternalError("the fold has no root");
  return *fold.root();
}

absl::StatusOr<std::map<std::string, Output>> InProcess::RunStage(const coordinator::Planner& planner, Json parameters,
                                                                  const std::map<std::string, Output>& inputs,
                                                                  coordinator::TaskShape tasks,
                                                                  coordinator::ReduceSpec reduce) {
  MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(planner.description().parameters, &parameters)));
  MOTE_RETURN_IF_ERROR(planner.Validate(parameters));
  std::string memo;
  std::vector<coordinator::CompletedPass> completed;
  while (true) {
    MOTE_ASSIGN_OR_RETURN(const coordinator::PlanStep step,
                          planner.Next({"stage", parameters, tasks, reduce, inputs, memo, completed}));
    if (step.passes.empty()) return step.outputs;
    completed.clear();
    for (const PassSpec& pass : step.passes) {
      coordinator::CompletedPass done;
      done.task_count = pass.task_count;
      MOTE_ASSIGN_OR_RETURN(const std::string root, RunPass(pass));
      if (pass.finish) {
        MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
        MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, MakeReducer(pass.reducer, reducer_parameters));
        MOTE_ASSIGN_OR_RETURN(done.output, reducer->Finish(&root, context_, &context_));
      } else {
        done.root = StoreBytes(root, context_);
      }
      completed.push_back(std::move(done));
    }
    memo = step.memo;
  }
}

Output InProcess::MakeTable(const Table& table, int64_t segment_rows) {
  Dataset dataset;
  dataset.schema = table.schema;
  dataset.rows = table.rows;
  const int64_t stride = *table.schema.Stride();
  for (int64_t row = 0; row < table.rows; row += segment_rows) {
    const int64_t rows = std::min(segment_rows, table.rows - row);
    std::string bytes = table.bytes.substr(static_cast<size_t>(row * stride), static_cast<size_t>(rows * stride));
    const auto size = static_cast<int64_t>(bytes.size());
    dataset.segments.push_back({{context_.Store(std::move(bytes)), size}, rows});
  }
  return DatasetOutput(dataset, context_);
}

Output InProcess::MakeCsv(const std::string& text, const std::string& name) {
  Dataset dataset;
  dataset.format = DatasetFormat::kCsv;
  dataset.name = name;
  CsvScanner scanner(text, ',');
  std::vector<std::string_view> cells;
  if (!scanner.Next(&cells).ok()) return {};
  for (const std::string_view cell : cells) dataset.schema.columns.push_back({std::string(cell), DType::kText, 1});
  const int64_t first = scanner.offset();
  while (scanner.Next(&cells).value_or(false)) ++dataset.rows;
  dataset.source = StoreArtifact(text, context_);
  dataset.chunks = {{first, 0}};
  return DatasetOutput(dataset, context_);
}

Table InProcess::ReadTable(const Output& output) {
  const auto rows = engine::RowSource::Open(output.content, context_);
  return rows.ok() ? (*rows)->Read({0, (*rows)->rows()}, context_).value_or(Table{}) : Table{};
}

std::string InProcess::ReadContent(const Output& output) {
  return engine::ReadValue(output.content, context_).value_or("");
}

}  // namespace mote::testing
