#include "tests/data/in_process.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/fold.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/plan/registry.h"
#include "worker/engine/row_source.h"

namespace mote::testing {

absl::StatusOr<std::string_view> MemoryContext::Read(const Digest& digest, std::shared_ptr<const void>* keep) {
  const auto found = blobs_.find(digest);
  if (found == blobs_.end()) return absl::UnavailableError("no such blob");
  *keep = found->second;
  return std::string_view(*found->second);
}

Digest MemoryContext::Store(std::string bytes) {
  const Digest digest = Sha256(bytes);
  blobs_.emplace(digest, std::make_shared<const std::string>(std::move(bytes)));
  return digest;
}

absl::StatusOr<coordinator::CompletedPass> InProcess::RunPass(const PassSpec& pass) {
  static const auto* const kernels = [] {
    auto* map = new engine::KernelMap;
    engine::RegisterBuiltinKernels(*map);
    return map;
  }();
  MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, MakeReducer(pass.reducer, reducer_parameters));
  std::vector<Block> blocks;
  for (int64_t begin = 0; begin < pass.task_count; begin += int64_t{1} << partition_.block_level) {
    blocks.push_back({partition_.block_level, begin >> partition_.block_level});
  }
  if (partition_.backwards) std::reverse(blocks.begin(), blocks.end());
  Fold fold(pass.task_count);
  for (const Block& block : blocks) {
    MOTE_ASSIGN_OR_RETURN(const auto kernel, kernels->find(pass.kernel)->second->Open(pass, {}, context_));
    BlockFold engine_fold(block, pass.task_count);
    for (int64_t task = block.begin(); task < block.end(pass.task_count); ++task) {
      std::string partial;
      MOTE_RETURN_IF_ERROR(kernel->RunTask(task, context_, &partial));
      MOTE_RETURN_IF_ERROR(reducer->Validate(partial));
      MOTE_RETURN_IF_ERROR(engine_fold.Push(std::move(partial), *reducer, context_.blobs()));
    }
    MOTE_ASSIGN_OR_RETURN(std::vector<Node> nodes, engine_fold.Take(*reducer, context_.blobs()));
    for (Node& node : nodes) {
      MOTE_CHECK(static_cast<int64_t>(node.partial->size()) <= kInlineBytesMax, "a node is too large to travel");
      MOTE_RETURN_IF_ERROR(reducer->Validate(*node.partial));
      MOTE_RETURN_IF_ERROR(fold.Insert(std::move(node), *reducer, context_.blobs()));
    }
  }
  coordinator::CompletedPass completed;
  completed.task_count = pass.task_count;
  const std::string& root = *fold.root();
  if (!pass.finish) {
    MOTE_CHECK(static_cast<int64_t>(root.size()) <= kInlineBytesMax, "a root is larger than planners may read");
    completed.root.bytes = root;
    return completed;
  }
  BlobSource* source = reducer->FinishReadsBlobs(root) ? &context_ : nullptr;
  MOTE_ASSIGN_OR_RETURN(completed.output, reducer->Finish(&root, context_.blobs(), source));
  return completed;
}

absl::StatusOr<std::map<std::string, Output>> InProcess::Run(const std::string& operation, Json parameters,
                                                             const std::map<std::string, Output>& inputs,
                                                             coordinator::TaskShape tasks) {
  const coordinator::Planner* planner = coordinator::BuiltinPlanners().Find(operation);
  MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(planner->description().parameters, &parameters)));
  MOTE_RETURN_IF_ERROR(planner->Validate(parameters));
  std::string memo;
  std::vector<coordinator::CompletedPass> completed;
  while (true) {
    const coordinator::ReduceSpec reduce;
    const coordinator::PlanContext context{"stage", parameters, tasks, reduce, inputs, memo, completed};
    MOTE_ASSIGN_OR_RETURN(coordinator::PlanStep step, planner->Next(context));
    if (step.passes.empty()) return std::move(step.outputs);
    completed.clear();
    for (const PassSpec& pass : step.passes) {
      MOTE_ASSIGN_OR_RETURN(coordinator::CompletedPass done, RunPass(pass));
      completed.push_back(std::move(done));
    }
    memo = step.memo;
    MOTE_CHECK(static_cast<int64_t>(memo.size()) <= kInlineBytesMax, "a memo is too large to be journalled");
  }
}

absl::StatusOr<Output> InProcess::Index(const std::string& text, const std::string& format, int64_t chunk_bytes,
                                        int64_t blob_bytes) {
  Manifest manifest;
  for (size_t at = 0; at < text.size(); at += static_cast<size_t>(blob_bytes)) {
    const std::string piece = text.substr(at, static_cast<size_t>(blob_bytes));
    manifest.blobs.push_back({context_.blobs().Store(piece), static_cast<int64_t>(piece.size())});
  }
  const ArtifactRef ref{context_.blobs().Store(manifest.Encode()), static_cast<int64_t>(text.size()), true};
  const Json parameters = {
      {"format", format}, {"artifact", ref.ToString()}, {"path", "loans.csv"}, {"chunk_bytes", chunk_bytes}};
  MOTE_ASSIGN_OR_RETURN(const auto outputs, Run("index", parameters, {}));
  return outputs.at("result");
}

Table InProcess::Rows(const Output& table) {
  auto source = engine::RowSource::Open(table.content, context_);
  MOTE_CHECK(source.ok(), "the output is not a table");
  absl::StatusOr<Table> rows = (*source)->Read({0, (*source)->rows()}, context_);
  MOTE_CHECK(rows.ok(), "the table cannot be read");
  return *std::move(rows);
}

}  // namespace mote::testing
