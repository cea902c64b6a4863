#include "tests/testing/in_process.h"

#include <algorithm>
#include <utility>

#include "common/block.h"
#include "common/check.h"
#include "common/dataset.h"
#include "common/fold.h"
#include "common/json_params.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "coordinator/plan/registry.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/row_source.h"

namespace mote::testing {

absl::StatusOr<std::string_view> MemoryContext::Read(const Digest& digest, std::shared_ptr<const void>* keep) {
  ++reads_;
  const auto found = blobs_.find(digest);
  if (found == blobs_.end()) return absl::UnavailableError("no blob " + digest.Hex());
  *keep = found->second;
  return std::string_view(*found->second);
}

Digest MemoryContext::Store(std::string bytes) {
  const Digest digest = Sha256(bytes);
  blobs_.emplace(digest, std::make_shared<const std::string>(std::move(bytes)));
  return digest;
}

InProcess::InProcess(InProcessOptions options) : options_(options) { StartEngine(); }

void InProcess::StartEngine() {
  kernels_.clear();
  engine::RegisterBuiltinKernels(kernels_);
  if (options_.more_kernels != nullptr) options_.more_kernels(kernels_);
}

std::vector<Block> InProcess::BlocksOf(int64_t task_count) const {
  std::vector<Block> blocks;
  for (int64_t begin = 0; begin < task_count; begin += int64_t{1} << options_.block_level) {
    blocks.push_back({options_.block_level, begin >> options_.block_level});
  }
  if (options_.backwards) std::reverse(blocks.begin(), blocks.end());
  return blocks;
}

absl::StatusOr<std::vector<Node>> InProcess::RunBlocks(const PassSpec& pass, const Reducer& reducer) {
  const auto kernel = kernels_.find(pass.kernel);
  if (kernel == kernels_.end()) return absl::NotFoundError("no kernel " + pass.kernel);
  std::vector<Node> all;
  for (const Block& block : BlocksOf(pass.task_count)) {
    MOTE_ASSIGN_OR_RETURN(const auto opened, kernel->second->Open(pass, {}, context_));
    BlockFold engine_fold(block, pass.task_count);
    for (int64_t task = block.begin(); task < block.end(pass.task_count); ++task) {
      std::string partial;
      MOTE_RETURN_IF_ERROR(opened->RunTask(task, context_, &partial));
      MOTE_RETURN_IF_ERROR(reducer.Validate(partial));
      MOTE_RETURN_IF_ERROR(engine_fold.Push(std::move(partial), reducer, context_));
    }
    MOTE_ASSIGN_OR_RETURN(std::vector<Node> nodes, engine_fold.Take(reducer, context_));
    for (Node& node : nodes) {
      CheckTravels(*node.partial, "a node");
      MOTE_RETURN_IF_ERROR(reducer.Validate(*node.partial));
      all.push_back(std::move(node));
    }
  }
  return all;
}

absl::StatusOr<std::optional<std::string>> InProcess::FoldNodes(const PassSpec& pass, std::vector<Node> nodes,
                                                                const Reducer& reducer) {
  Fold fold(pass.task_count);
  for (Node& node : nodes) MOTE_RETURN_IF_ERROR(fold.Insert(std::move(node), reducer, context_));
  MOTE_CHECK(fold.complete(), "the blocks do not cover the pass");
  return fold.root();
}

void InProcess::CheckTravels(const std::string& bytes, const char* what) const {
  const bool fits = !options_.inline_only || static_cast<int64_t>(bytes.size()) <= kInlineBytesMax;
  MOTE_CHECK(fits, what);
}

absl::StatusOr<coordinator::CompletedPass> InProcess::RunPass(const PassSpec& pass) {
  if (options_.new_engine_each_pass) StartEngine();
  MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, MakeReducer(pass.reducer, reducer_parameters));
  MOTE_ASSIGN_OR_RETURN(std::vector<Node> nodes, RunBlocks(pass, *reducer));
  coordinator::CompletedPass completed;
  completed.task_count = pass.task_count;
  if (options_.stay_apart && pass.may_stay_apart && ++passes_apart_ % 3 != 0) {
    for (Node& node : nodes) {
      node.artifact = StoreArtifact(*node.partial, context_);
      node.partial.reset();
    }
    completed.apart = std::move(nodes);
    return completed;
  }
  MOTE_ASSIGN_OR_RETURN(const std::optional<std::string> root, FoldNodes(pass, std::move(nodes), *reducer));
  completed.absent_all = !root.has_value();
  if (pass.finish) {
    BlobSource* source = root && reducer->FinishReadsBlobs(*root) ? &context_ : nullptr;
    MOTE_ASSIGN_OR_RETURN(completed.output, reducer->Finish(root ? &*root : nullptr, context_, source));
  } else if (root) {
    CheckTravels(*root, "a root");
    completed.root = StoreBytes(*root, context_);
  }
  return completed;
}

absl::StatusOr<std::map<std::string, Output>> InProcess::Run(const std::string& operation, Json parameters,
                                                             const std::map<std::string, Output>& inputs,
                                                             coordinator::TaskShape tasks,
                                                             coordinator::ReduceSpec reduce) {
  const coordinator::Planner* planner = coordinator::BuiltinPlanners().Find(operation);
  if (planner == nullptr) return absl::NotFoundError("no operation " + operation);
  MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(planner->description().parameters, &parameters)));
  MOTE_RETURN_IF_ERROR(planner->Validate(parameters));
  std::string memo;
  std::vector<coordinator::CompletedPass> completed;
  while (true) {
    const coordinator::PlanContext context{"stage", parameters, tasks, reduce, inputs, memo, completed};
    MOTE_ASSIGN_OR_RETURN(coordinator::PlanStep step, planner->Next(context));
    if (step.passes.empty()) return std::move(step.outputs);
    completed.clear();
    for (const PassSpec& pass : step.passes) {
      MOTE_ASSIGN_OR_RETURN(coordinator::CompletedPass done, RunPass(pass));
      completed.push_back(std::move(done));
    }
    memo = step.memo;
    CheckTravels(memo, "a memo");
  }
}

absl::StatusOr<Output> InProcess::Index(const std::string& text, const std::string& format, int64_t chunk_bytes,
                                        int64_t blob_bytes, const std::string& name, const Json& more) {
  Manifest manifest;
  for (size_t at = 0; at < text.size(); at += static_cast<size_t>(blob_bytes)) {
    const std::string piece = text.substr(at, static_cast<size_t>(blob_bytes));
    manifest.blobs.push_back({context_.Store(piece), static_cast<int64_t>(piece.size())});
  }
  const ArtifactRef ref{context_.Store(manifest.Encode()), static_cast<int64_t>(text.size()), true};
  Json parameters = {{"format", format}, {"artifact", ref.ToString()}, {"path", name}, {"chunk_bytes", chunk_bytes}};
  parameters.update(more);
  MOTE_ASSIGN_OR_RETURN(const auto outputs, Run("index", parameters, {}));
  return outputs.at("result");
}

Output InProcess::MakeTable(const Table& table, int64_t segment_rows) {
  Dataset dataset;
  dataset.schema = table.schema;
  dataset.rows = table.rows;
  const absl::StatusOr<TableView> view = TableView::Open(table.schema, table.rows, table.bytes);
  MOTE_CHECK(view.ok(), "not rows of the schema");
  for (int64_t row = 0; row < table.rows; row += segment_rows) {
    const int64_t rows = std::min(segment_rows, table.rows - row);
    const std::string_view first = view->Row(row), last = view->Row(row + rows - 1);
    std::string bytes(first.data(), last.data() + last.size());
    const auto size = static_cast<int64_t>(bytes.size());
    dataset.segments.push_back({{context_.Store(std::move(bytes)), size}, rows});
  }
  return DatasetOutput(dataset, context_);
}

Table InProcess::Rows(const Output& table) {
  auto source = engine::RowSource::Open(table.content, context_);
  MOTE_CHECK(source.ok(), "the output is not a table");
  absl::StatusOr<Table> rows = (*source)->Read({0, (*source)->rows()}, context_);
  MOTE_CHECK(rows.ok(), "the table cannot be read");
  return *std::move(rows);
}

std::string InProcess::Content(const Output& output) {
  absl::StatusOr<std::string> bytes = engine::ReadValue(output.content, context_);
  MOTE_CHECK(bytes.ok(), "the output cannot be read");
  return *std::move(bytes);
}

}  // namespace mote::testing
